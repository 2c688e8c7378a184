// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Pods from manifests on the node's disk, and the mirrors by which the API shows them.
enum StaticPodRules {
    static let hash = "kubernetes.io/config.hash"
    static let mirror = "kubernetes.io/config.mirror"
    static let seen = "kubernetes.io/config.seen"
    static let source = "kubernetes.io/config.source"

    /// The pod of a manifest, named after its node.
    ///
    /// - Parameters:
    ///   - bytes: YAML or JSON.
    ///   - path: of the file: part of the pod's identity.
    /// - Throws: `WiringError` that says what is wrong with the file.
    static func pod(_ bytes: [UInt8], path: String, node: String, seen now: Time) throws(WiringError) -> Pod {
        var pod: Pod
        do {
            let json = try YAML.toJSON(bytes)
            let kind = try JSONValue.parse(json)["kind"]?.stringValue ?? ""
            guard kind == "Pod" else { throw WiringError("kind is \"\(kind)\", not Pod") }
            pod = try JSONCoding.decode(Pod.self, from: json)
        } catch let error as WiringError {
            throw error
        } catch {
            throw WiringError("\(error)")
        }
        guard !pod.metadata.name.isEmpty else { throw WiringError("metadata.name is missing") }
        guard !pod.spec.containers.isEmpty else { throw WiringError("spec.containers is empty") }
        pod.metadata.name += "-\(node.lowercased())"
        if pod.metadata.namespace.isEmpty { pod.metadata.namespace = "default" }
        pod.metadata.uid = identity(bytes, path: path, node: node)
        pod.metadata.annotations[hash] = pod.metadata.uid
        pod.metadata.annotations[seen] = now.text
        pod.metadata.annotations[source] = "file"
        pod.metadata.generation = 1
        pod.spec.nodeName = node
        pod.spec.tolerations.append(
            Toleration {
                $0.operator = "Exists"
                $0.effect = "NoExecute"
            })
        pod.applyDefaults()
        pod.status = PodStatus { $0.phase = PodPhase.pending }
        return pod
    }

    /// Thirty-two hexadecimal digits that change with the node, the path and the contents: two FNV-1a sums.
    private static func identity(_ bytes: [UInt8], path: String, node: String) -> String {
        let all = Array("\(node)\u{0}\(path)\u{0}".utf8) + bytes
        return [14_695_981_039_346_656_037 as UInt64, 9_650_029_242_287_828_579].map { seed in
            var hash = seed
            for byte in all { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
            let digits = String(hash, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    static func isMirror(_ pod: Pod) -> Bool { pod.metadata.annotations[mirror] != nil }

    /// What to make in the API for a static pod.
    ///
    /// - Parameter owner: UID of the Node object.
    static func mirror(of pod: Pod, owner: String) -> Pod {
        var result = pod
        result.metadata.uid = ""
        result.metadata.generation = 0
        result.metadata.annotations[mirror] = pod.metadata.annotations[hash]
        result.metadata.ownerReferences = [
            OwnerReference {
                $0.apiVersion = "v1"
                $0.kind = "Node"
                $0.name = pod.spec.nodeName
                $0.uid = owner
                $0.controller = true
            }
        ]
        return result
    }

    /// One step that brings the mirrors to what the static pods are.
    enum Step: Equatable {
        case create(Pod)
        /// A mirror that belongs to nothing, to an earlier manifest, or that somebody wants deleted.
        case delete(Pod)
    }

    static func steps(pods: [Pod], mirrors: [Pod]) -> [Step] {
        var steps: [Step] = []
        for found in mirrors {
            let pod = pods.first { isSame($0, found) }
            if pod == nil || found.metadata.deletionTimestamp != nil
                || found.metadata.annotations[mirror] != pod?.metadata.annotations[hash]
            {
                steps.append(.delete(found))
            }
        }
        for pod in pods where !mirrors.contains(where: { isSame($0, pod) }) { steps.append(.create(pod)) }
        return steps
    }

    private static func isSame(_ a: Pod, _ b: Pod) -> Bool {
        a.metadata.name == b.metadata.name && a.metadata.namespace == b.metadata.namespace
    }
}
