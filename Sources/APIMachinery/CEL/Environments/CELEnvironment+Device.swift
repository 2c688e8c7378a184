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
}
