// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// Plans the requests to kubelets behind `pods/log`, `exec`, `attach` and `portforward`. Pure.
///
/// - SeeAlso: `pkg/registry/core/pod` of Kubernetes; the kubelet's server.
package enum KubeletRoute {
    /// What is to be done for a request.
    package enum Plan: Sendable {
        case forward(BackendRequest)
        /// Nothing to ask the kubelet for: a pod without a node has no logs.
        case empty
    }

    /// Where a node's kubelet listens.
    package static func address(of node: Node) throws(FailureStatus) -> (host: String, port: Int) {
        let port = Int(node.status.daemonEndpoints.kubeletEndpoint.port)
        for type in ["InternalIP", "ExternalIP", "Hostname"] {
            if let address = node.status.addresses.first(where: { $0.type == type }), !address.address.isEmpty {
                return (address.address, port == 0 ? 10250 : port)
            }
        }
        throw .internalError("no preferred addresses found; known addresses: []")
    }

    /// Plans a request.
    ///
    /// - Parameters:
    ///   - node: that of the pod; nil where it has none, or where the node is gone.
    ///   - upgrades: whether the connection is to be switched.
    /// - Throws: ``FailureStatus`` for what Kubernetes refuses, in its words.
    package static func plan(
        _ request: APIRequest, pod: Pod, node: Node?, upgrades: Bool
    ) throws(FailureStatus) -> Plan {
        let subresource = request.info.subresource
        let container =
            subresource == "portforward" ? "" : try Self.container(request.parameter("container") ?? "", of: pod)
        if pod.spec.nodeName.isEmpty {
            if subresource == "log" { return .empty }
            throw .badRequest("pod \(pod.metadata.name) does not have a host assigned")
        }
        guard let node else {
            throw FailureStatus(
                code: 404, reason: "NotFound", message: "nodes \(FailureStatus.quote(pod.spec.nodeName)) not found",
                details: .init(name: pod.spec.nodeName, kind: "nodes"))
        }
        let place = BackendRequest.encode(pod.metadata.namespace) + "/" + BackendRequest.encode(pod.metadata.name)
        let path: String
        let query: [(name: String, value: String)]
        switch subresource {
        case "log":
            (path, query) = (
                "/containerLogs/\(place)/\(BackendRequest.encode(container))", try PodLogOptions(request).query
            )
        case "exec": (path, query) = ("/exec/\(place)/\(BackendRequest.encode(container))", streamQuery(request))
        case "attach": (path, query) = ("/attach/\(place)/\(BackendRequest.encode(container))", streamQuery(request))
        default:
            (path, query) = (
                "/portForward/\(place)",
                request.query.filter { $0.name == "ports" || $0.name == "port" }
                    .map { (name: "port", value: $0.value) }
            )
        }
        let address = try address(of: node)
        return .forward(
            BackendRequest(
                security: .kubelet, host: address.host, port: address.port, method: request.method,
                target: path + BackendRequest.queryText(query),
                headers: BackendRequest.forwardedHeaders(of: request, upgrades: upgrades), body: request.body))
    }

    /// The container that is meant.
    static func container(_ name: String, of pod: Pod) throws(FailureStatus) -> String {
        let containers = pod.spec.containers.map(\.name)
        let initial = pod.spec.initContainers.map(\.name)
        let ephemeral = pod.spec.ephemeralContainers.map(\.ephemeralContainerCommon.name)
        guard name.isEmpty else {
            if (containers + initial + ephemeral).contains(name) { return name }
            throw .badRequest("container \(name) is not valid for pod \(pod.metadata.name)")
        }
        if containers.count == 1 { return containers[0] }
        var message = "a container name must be specified for pod \(pod.metadata.name)"
        guard !containers.isEmpty else { throw .badRequest(message) }
        message += ", choose one of: [\(containers.joined(separator: " "))]"
        if !initial.isEmpty { message += " or one of the init containers: [\(initial.joined(separator: " "))]" }
        throw .badRequest(message)
    }

    private static func streamQuery(_ request: APIRequest) -> [(name: String, value: String)] {
        let names = ["stdin": "input", "stdout": "output", "stderr": "error", "tty": "tty"]
        var result: [(name: String, value: String)] = []
        for (name, value) in request.query {
            if name == "command" {
                if request.info.subresource == "exec" { result.append((name, value)) }
            } else if let known = names[name], isTrue(value), !result.contains(where: { $0.name == known }) {
                result.append((known, "1"))
            }
        }
        return result
    }

    private static func isTrue(_ value: String) -> Bool { value != "0" && value.lowercased() != "false" }
}
