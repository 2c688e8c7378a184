// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// Plans the requests behind `pods/proxy`, `services/proxy` and `nodes/proxy`. Pure.
///
/// - SeeAlso: `ResourceLocation` of pods, services and nodes in Kubernetes' `pkg/registry/core`.
package enum ProxyRoute {
    /// `[SCHEME:]NAME[:PORT]`, taken apart.
    package struct Target: Sendable, Equatable {
        /// `http`, `https` or empty.
        package var scheme: String
        package var name: String
        /// A number or the name of a port; may be empty.
        package var port: String

        package init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            switch parts.count {
            case 1: (scheme, name, port) = ("", parts[0], "")
            case 2: (scheme, name, port) = ("", parts[0], parts[1])
            case 3 where ["", "http", "https"].contains(parts[0]): (scheme, name, port) = (parts[0], parts[1], parts[2])
            default: return nil
            }
            if name.isEmpty { return nil }
        }
    }

    /// The part of the path behind `.../proxy`, with its slash; empty where nothing follows.
    package static func rest(of request: APIRequest) -> String {
        guard let name = request.info.parts.first, request.info.parts.count >= 3 else { return "" }
        let marker = "/\(name)/\(request.info.parts[1])/proxy"
        guard let start = request.path.range(of: marker) else { return "" }
        return String(request.path[start.upperBound...])
    }

    /// To a pod's own address.
    package static func pod(_ pod: Pod, _ target: Target) throws(FailureStatus) -> (host: String, port: Int) {
        guard !pod.status.podIP.isEmpty else { throw .badRequest("address not allowed") }
        let declared = pod.spec.containers.lazy.compactMap(\.ports.first).first.map { Int($0.containerPort) }
        guard let port = target.port.isEmpty ? declared ?? (target.scheme == "https" ? 443 : 80) : Int(target.port),
            (1...65_535).contains(port)
        else { throw .badRequest("invalid pod request \"\(target.name):\(target.port)\"") }
        return (pod.status.podIP, port)
    }

    /// To one of a service's ready endpoints.
    ///
    /// - Parameter choice: any number; picks the endpoint.
    package static func service(
        _ service: Service, slices: [EndpointSlice], _ target: Target, choice: Int
    ) throws(FailureStatus) -> (host: String, port: Int) {
        let name = service.metadata.name
        var portName = target.port
        if let number = Int32(target.port) {
            guard let port = service.spec.ports.first(where: { $0.port == number }) else {
                throw .unavailable("no service port \(number) found for service \(FailureStatus.quote(name))")
            }
            portName = port.name
        } else if target.port.isEmpty, service.spec.ports.count == 1 {
            portName = service.spec.ports[0].name
        }
        var found: [(String, Int)] = []
        for slice in slices {
            guard let port = slice.ports.first(where: { ($0.name ?? "") == portName }).flatMap(\.port) else { continue }
            for endpoint in slice.endpoints where endpoint.conditions.ready ?? true {
                found += endpoint.addresses.prefix(1).map { ($0, Int(port)) }
            }
        }
        guard !found.isEmpty else {
            throw .unavailable("no endpoints available for service \(FailureStatus.quote(target.name))")
        }
        return found[Int(choice.magnitude % UInt(found.count))]
    }
}

extension StringProtocol {
    /// Where `text` first occurs.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
