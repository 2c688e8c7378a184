// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
public import Wire

extension Ingress: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("Class"), TableColumn("Hosts"), TableColumn("Address"), TableColumn("Ports"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        let hosts = spec.rules.map(\.host).filter { !$0.isEmpty }
        let addresses = status.loadBalancer.ingress.map { $0.ip.isEmpty ? $0.hostname : $0.ip }.filter { !$0.isEmpty }
        return [
            nameCell, CellText.orNone(spec.ingressClassName), .string(hosts.isEmpty ? "*" : CellText.firstThree(hosts)),
            .string(Set(addresses).sorted().joined(separator: ",")), .string(spec.tls.isEmpty ? "80" : "80, 443"),
            age(now),
        ]
    }
}

extension IngressClass: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Controller"), TableColumn("Parameters"), .age]

    public func cells(now: Time) -> [JSONValue] {
        let parameters = spec.parameters.map { reference in
            let group = (reference.apiGroup ?? "").isEmpty ? "" : "." + (reference.apiGroup ?? "")
            return reference.kind + group + "/" + reference.name
        }
        return [nameCell, .string(spec.controller), CellText.orNone(parameters), age(now)]
    }
}

extension NetworkPolicy: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("Pod-Selector"), .age]

    public func cells(now: Time) -> [JSONValue] { [nameCell, CellText.selector(spec.podSelector), age(now)] }
}

extension IPAddress: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("ParentRef")]

    public func cells(now _: Time) -> [JSONValue] {
        guard let parent = spec.parentRef else { return [nameCell, ""] }
        let group = parent.group.isEmpty ? "" : "." + parent.group
        let names = [parent.resource + group, parent.namespace, parent.name].filter { !$0.isEmpty }
        return [nameCell, .string(names.joined(separator: "/"))]
    }
}

extension ServiceCIDR: TableRowProviding {
    public static let columns: [TableColumn] = [.name, TableColumn("CIDRs"), .age]

    public func cells(now: Time) -> [JSONValue] {
        [nameCell, .string(spec.cidrs.joined(separator: ",")), age(now)]
    }
}

extension EndpointSlice: TableRowProviding {
    public static let columns: [TableColumn] = [
        .name, TableColumn("AddressType"), TableColumn("Ports"), TableColumn("Endpoints"), .age,
    ]

    public func cells(now: Time) -> [JSONValue] {
        let ports = self.ports.map { port in port.port.map { String($0) } ?? port.name ?? "*" }
        let addresses = endpoints.flatMap(\.addresses)
        return [
            nameCell, .string(addressType), .string(Self.text(ports)), .string(Self.text(addresses)), age(now),
        ]
    }

    /// A port without number and name shows nothing, which alone is as good as none.
    private static func text(_ items: [String]) -> String {
        let text = CellText.firstThree(items)
        return text.isEmpty ? "<unset>" : text
    }
}
