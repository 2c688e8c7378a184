// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// A value of the downward API.
enum FieldReference {
    /// What a `fieldRef` names in a pod.
    ///
    /// - Throws: `WiringError` for a path that does not exist.
    static func value(_ path: String, of pod: Pod, hostIPs: [String], podIPs: [String], node: String)
        throws(WiringError) -> String
    {
        if let (map, key) = subscripted(path) {
            switch map {
            case "metadata.annotations": return pod.metadata.annotations[key] ?? ""
            case "metadata.labels": return pod.metadata.labels[key] ?? ""
            default: throw WiringError("fieldPath \"\(path)\" does not support subscript")
            }
        }
        switch path {
        case "metadata.annotations": return format(pod.metadata.annotations)
        case "metadata.labels": return format(pod.metadata.labels)
        case "metadata.name": return pod.metadata.name
        case "metadata.namespace": return pod.metadata.namespace
        case "metadata.uid": return pod.metadata.uid
        case "spec.nodeName": return node
        case "spec.serviceAccountName": return pod.spec.serviceAccountName
        case "status.hostIP": return hostIPs.first ?? ""
        case "status.hostIPs": return hostIPs.joined(separator: ",")
        case "status.podIP": return podIPs.first ?? ""
        case "status.podIPs": return podIPs.joined(separator: ",")
        default: throw WiringError("unsupported fieldPath: \(path)")
        }
    }

    /// `path['key']` taken apart; nil without brackets.
    private static func subscripted(_ path: String) -> (map: String, key: String)? {
        guard path.hasSuffix("']"), let open = path.firstIndex(of: "[") else { return nil }
        let key = path[open...].dropFirst(2).dropLast(2)
        return path[open...].hasPrefix("['") ? (String(path[..<open]), String(key)) : nil
    }

    /// A map as the files of a downward API volume show it: `key="value"` lines, sorted.
    static func format(_ map: [String: String]) -> String {
        map.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" }.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(character)
            }
        }
        return result + "\""
    }

    /// What a `resourceFieldRef` names; limits that are not set count as what the node has.
    ///
    /// - Throws: `WiringError` for a container or resource that does not exist.
    static func value(
        _ selector: ResourceFieldSelector, of pod: Pod, in container: String, allocatable: [String: Quantity]
    ) throws(WiringError) -> String {
        let name = selector.containerName.isEmpty ? container : selector.containerName
        guard let spec = pod.container(named: name)?.spec else { throw WiringError("container \(name) not found") }
        let parts = selector.resource.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["limits", "requests"].contains(parts[0]) else {
            throw WiringError("unsupported container resource : \(selector.resource)")
        }
        let zero = Quantity()
        let amount: Quantity =
            parts[0] == "limits"
            ? spec.resources.limits[parts[1]] ?? allocatable[parts[1]] ?? zero
            : spec.resources.requests[parts[1]] ?? spec.resources.limits[parts[1]] ?? zero
        return ResourceAmount.divide(amount, by: selector.divisor, isCPU: parts[1] == ResourceName.cpu)
    }
}

/// Why a container or volume cannot be put together from its specification.
struct WiringError: Error, Equatable, CustomStringConvertible {
    var message: String

    init(_ message: String) { self.message = message }

    var description: String { message }
}
