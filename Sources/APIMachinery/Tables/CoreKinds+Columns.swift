// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension ConfigMap: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Data"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .int(data.count + binaryData.count), age(now)] }
}

extension Secret: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Type"), TableColumn("Data"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .string(type), .int(data.count), age(now)] }
}

extension Namespace: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Status"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, .string(status.phase), age(now)] }
}

extension LimitRange: TableRowProviding {
    public static let columns: [TableColumn] = [.name, .createdAt]

    public func cells(now _: Time) -> [JSONValue] { [nameCell, createdAtCell] }
}

extension PodTemplate: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Containers"), TableColumn("Images"), TableColumn("Pod Labels"),
    ]

    public func cells(now _: Time) -> [JSONValue] {
        [nameCell] + CellText.containers(template.spec) + [CellText.labels(template.metadata.labels)]
    }
}

extension ReplicationController: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, .integer("Desired"), .integer("Current"), .integer("Ready"), .age, .wide("Containers"), .wide("Images"),
        .wide("Selector"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .int(spec.replicas ?? 0), .int(status.replicas), .int(status.readyReplicas), age(now)]
            + CellText.containers(spec.template?.spec ?? PodSpec()) + [CellText.labels(spec.selector)]
    }
}

extension ComponentStatus: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Status"), TableColumn("Message"), TableColumn("Error"),
    ]

    public func cells(now _: Time) -> [JSONValue] {
        let healthy = conditions.first { $0.type == "Healthy" }
        let text = healthy.map { $0.status == "True" ? "Healthy" : "Unhealthy" } ?? "Unknown"
        return [nameCell, .string(text), .string(healthy?.message ?? ""), .string(healthy?.error ?? "")]
    }
}

extension Endpoints: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Endpoints"), .age]

    public func cells(now: Time) -> [JSONValue] {
        let pairs = subsets.flatMap { subset in
            subset.ports.isEmpty
                ? subset.addresses.map(\.ip)
                : subset.ports.flatMap { port in
                    subset.addresses.map { ($0.ip.contains(":") ? "[\($0.ip)]" : $0.ip) + ":\(port.port)" }
                }
        }
        return [nameCell, .string(subsets.isEmpty ? "<none>" : CellText.firstThree(pairs)), age(now)]
    }
}

extension ResourceQuota: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Request"), TableColumn("Limit"), .age]

    public func cells(now: Time) -> [JSONValue] {
        var requests: [String] = []
        var limits: [String] = []
        for (name, hard) in status.hard.sorted(by: { $0.key < $1.key }) {
            let used = status.used[name] ?? Quantity()
            let text = "\(name): \(used.text)/\(hard.text)"
            if name.hasPrefix("limits.") { limits.append(text) } else { requests.append(text) }
        }
        return [
            nameCell, .string(requests.joined(separator: ", ")), .string(limits.joined(separator: ", ")), age(now),
        ]
    }
}

extension Service: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Type"), TableColumn("Cluster-IP"), TableColumn("External-IP"), TableColumn("Port(s)"), .age,
        .wide("Selector"),
    ]

    public func cells(now: Time) -> [JSONValue] {
        let ports = spec.ports.map { port in
            "\(port.port)" + (port.nodePort > 0 ? ":\(port.nodePort)" : "") + "/" + port.protocol
        }
        return [
            nameCell, .string(spec.type), CellText.orNone(spec.clusterIPs.first ?? spec.clusterIP), externalIPCell,
            CellText.list(ports), age(now), CellText.labels(spec.selector),
        ]
    }

    private var externalIPCell: JSONValue {
        switch spec.type {
        case "ExternalName": return CellText.orNone(spec.externalName)
        case "LoadBalancer":
            let ingress = status.loadBalancer.ingress.map { $0.ip.isEmpty ? $0.hostname : $0.ip }
            let all = Set(ingress.filter { !$0.isEmpty }).sorted() + spec.externalIPs
            return all.isEmpty ? "<pending>" : CellText.list(all)
        default: return CellText.list(spec.externalIPs)
        }
    }
}
