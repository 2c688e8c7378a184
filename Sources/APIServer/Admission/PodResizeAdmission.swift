// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Refuses at once to resize a bound pod to what its node can never give.
///
/// - SeeAlso: Kubernetes' admission plugins `PodResizeValidator` and `NodeDeclaredFeatureValidator`; KEP-1287, KEP-5328.
struct PodResizeAdmission: AdmissionPlugin {
    static let name = "PodResizeValidator"

    let nodes: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.validate(Pod.self) { pod, old, context in
            guard context.operation == .update, context.subresource == "resize", !pod.spec.nodeName.isEmpty, let old,
                pod.spec != old.spec
            else { return }
            let stored = try await nodes.get(namespace: "", name: pod.spec.nodeName)
            let node = try stored.map { try JSONCoding.decode(Node.self, from: $0.bytes) }
            guard let refusal = PodResizeRules.refusal(of: pod, from: old, on: node) else { return }
            var error = APIStatusError.forbidden(Pod.resource, pod.metadata.admissionName, refusal.message)
            if let reason = refusal.reason { error.details?.causes = [StatusCause { $0.reason = reason }] }
            throw error
        }
    }
}

/// Why a node cannot resize a pod.
enum PodResizeRules {
    struct Refusal: Equatable, Sendable {
        /// The machine's word for it; nil where there is none.
        var reason: String?
        var message: String
    }

    private static let osLabel = "kubernetes.io/os"
    /// What a node declares that can resize pods with resources of their own.
    private static let podLevelFeature = "InPlacePodLevelResourcesVerticalScaling"

    /// - Parameter node: nil where there is no such node.
    static func refusal(of pod: Pod, from old: Pod, on node: Node?) -> Refusal? {
        guard let node else { return Refusal(message: "node \"\(pod.spec.nodeName)\" not found") }
        if pod.spec.resources != old.spec.resources, !node.status.declaredFeatures.contains(podLevelFeature) {
            return Refusal(
                message: "pod update requires features \(podLevelFeature) which are not available on node "
                    + "\"\(node.metadata.name)\"")
        }
        if let system = node.metadata.labels[osLabel], system != "linux" {
            return Refusal(
                reason: "UnsupportedPlatform",
                message: "pod resize is only supported on linux nodes, node \"\(node.metadata.name)\" is \"\(system)\"")
        }
        return excess(PodAmounts.wanted(pod.spec), over: node.status.allocatable)
    }

    private static func excess(_ wanted: ResourceAmounts, over allocatable: ResourceAmounts) -> Refusal? {
        var faults: [String] = []
        let (cpu, most) = (wanted[ResourceName.cpu] ?? Quantity(), allocatable[ResourceName.cpu] ?? Quantity())
        if cpu > most { faults.append("cpu, requested: \(cpu.milliValue), allocatable: \(most.milliValue)") }
        let memory = wanted[ResourceName.memory] ?? Quantity()
        let room = allocatable[ResourceName.memory] ?? Quantity()
        if memory > room { faults.append("memory, requested: \(memory.value), allocatable: \(room.value)") }
        if faults.isEmpty { return nil }
        return Refusal(
            reason: "NodeCapacity",
            message: "node didn't have enough allocatable resources: \(faults.joined(separator: "; "))")
    }
}
