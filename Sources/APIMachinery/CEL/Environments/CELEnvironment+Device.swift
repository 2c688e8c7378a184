// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CELEnvironment {
    /// What the selectors of devices may speak of: `device`, and `cel.bind` to name a part of it.
    public static let device = CELEnvironment(
        variables: ["device": .object("kubernetes.DRADevice")],
        objects: [
            CELObjectType(
                "kubernetes.DRADevice",
                fields: [
                    "driver": .string, "allowMultipleAllocations": .bool,
                    "attributes": .map(.string, .map(.string, .any)),
                    "capacity": .map(.string, .map(.string, .object("kubernetes.Quantity"))),
                ])
        ], hasBind: true)

    /// How large the parts of `device` can be.
    static let deviceSizes: [String: CELSizes] = {
        let (names, domains) = (CELSizes(maximum: 32), CELSizes(maximum: 63))
        let attributes = CELSizes(maximum: 32, keys: names, elements: CELSizes(maximum: 64))
        let capacities = CELSizes(maximum: 32, keys: names, elements: CELSizes())
        return [
            "device": CELSizes(fields: [
                "driver": CELSizes(maximum: 63), "allowMultipleAllocations": CELSizes(maximum: 1),
                "attributes": CELSizes(maximum: 32, keys: domains, elements: attributes),
                "capacity": CELSizes(maximum: 32, keys: domains, elements: capacities),
            ])
        ]
    }()
}
