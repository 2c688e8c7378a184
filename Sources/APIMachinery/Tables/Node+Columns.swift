// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension Node: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Status"), TableColumn("Roles"), .age, TableColumn("Version"), .wide("Internal-IP"),
        .wide("External-IP"), .wide("OS-Image"), .wide("Kernel-Version"), .wide("Container-Runtime"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let ready = status.conditions.first { $0.type == "Ready" }
        var text = ready.map { $0.status == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        if spec.unschedulable { text += ",SchedulingDisabled" }
        let info = status.nodeInfo
        let kernel = info.architecture.isEmpty ? info.kernelVersion : "\(info.kernelVersion) (\(info.architecture))"
        return [
            nameCell, .string(text), CellText.list(roles), age(now), .string(info.kubeletVersion),
            address("InternalIP"),
            address("ExternalIP"), known(info.osImage), known(info.kernelVersion.isEmpty ? "" : kernel),
            known(info.containerRuntimeVersion),
        ]
    }

    private static let rolePrefix = "node-role.kubernetes.io/"

    private var roles: [String] {
        var roles: Set<String> = []
        for (key, value) in metadata.labels {
            if key.hasPrefix(Self.rolePrefix) {
                let role = String(key.dropFirst(Self.rolePrefix.count))
                if !role.isEmpty { roles.insert(role) }
            } else if key == "kubernetes.io/role", !value.isEmpty {
                roles.insert(value)
            }
        }
        return roles.sorted()
    }

    private func address(_ type: String) -> JSONValue {
        CellText.orNone(status.addresses.first { $0.type == type }?.address)
    }

    private func known(_ text: String) -> JSONValue { .string(text.isEmpty ? "<unknown>" : text) }
}
