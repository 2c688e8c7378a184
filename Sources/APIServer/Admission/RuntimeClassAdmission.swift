// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Gives pods the overhead and the scheduling constraints of their runtime class.
///
/// - SeeAlso: Kubernetes' admission plugin `RuntimeClass`; KEP-688 (pod overhead).
struct RuntimeClassAdmission: AdmissionPlugin {
    static let name = "RuntimeClass"

    let classes: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, _, context in
            guard context.operation == .create, context.subresource.isEmpty else { return }
            guard let found = try await runtimeClass(of: pod) else { return }
            if let refusal = RuntimeClassRules.apply(found, to: &pod) { throw Self.refuse(pod, refusal) }
        }
        hooks.validate(Pod.self) { pod, _, context in
            guard context.operation == .create, context.subresource.isEmpty else { return }
            let found = try await runtimeClass(of: pod)
            if let refusal = RuntimeClassRules.overheadFault(pod, found) { throw Self.refuse(pod, refusal) }
        }
    }

    private func runtimeClass(of pod: Pod) async throws -> RuntimeClass? {
        guard let name = pod.spec.runtimeClassName, !name.isEmpty else { return nil }
        guard let stored = try await classes.get(namespace: "", name: name) else {
            throw Self.refuse(pod, "pod rejected: RuntimeClass \(GoText.quote(name)) not found")
        }
        return try JSONCoding.decode(RuntimeClass.self, from: stored.bytes)
    }

    private static func refuse(_ pod: Pod, _ text: String) -> APIStatusError {
        .forbidden(Pod.resource, pod.metadata.admissionName, text)
    }
}

/// What a runtime class does to a pod. Pure.
enum RuntimeClassRules {
    private static let mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"

    /// - Returns: why the pod is refused; nil where it is not.
    static func apply(_ runtimeClass: RuntimeClass, to pod: inout Pod) -> String? {
        if let overhead = runtimeClass.overhead {
            if !pod.spec.overhead.isEmpty, pod.spec.overhead != overhead.podFixed { return mismatch }
            pod.spec.overhead = overhead.podFixed
        }
        guard let scheduling = runtimeClass.scheduling else { return nil }
        for (key, value) in scheduling.nodeSelector.sorted(by: { $0.key < $1.key }) {
            if let present = pod.spec.nodeSelector[key], present != value {
                return
                    "conflict: runtimeClass.scheduling.nodeSelector[\(key)] = \(value); pod.spec.nodeSelector[\(key)] = \(present)"
            }
            pod.spec.nodeSelector[key] = value
        }
        if !scheduling.tolerations.isEmpty {
            pod.spec.tolerations = merge(pod.spec.tolerations + scheduling.tolerations)
        }
        return nil
    }

    static func overheadFault(_ pod: Pod, _ runtimeClass: RuntimeClass?) -> String? {
        guard let overhead = runtimeClass?.overhead else {
            return pod.spec.overhead.isEmpty
                ? nil : "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
        }
        return overhead.podFixed == pod.spec.overhead ? nil : mismatch
    }

    /// Without tolerations that others make needless.
    private static func merge(_ all: [Toleration]) -> [Toleration] {
        var merged: [Toleration] = []
        for (index, toleration) in all.enumerated() {
            if merged.contains(where: { covers($0, toleration) }) { continue }
            let later = all[(index + 1)...]
            if later.contains(where: { $0 != toleration && covers($0, toleration) }) { continue }
            merged.append(toleration)
        }
        return merged
    }

    /// Whether everything that `small` tolerates is tolerated by `large`.
    private static func covers(_ large: Toleration, _ small: Toleration) -> Bool {
        if large == small { return true }
        let matchesAnyKey = large.key.isEmpty && large.`operator` == TolerationOperator.exists
        if small.key != large.key, !matchesAnyKey { return false }
        if small.effect != large.effect, !large.effect.isEmpty { return false }
        if large.effect == TaintEffect.noExecute, let limit = large.tolerationSeconds {
            guard let seconds = small.tolerationSeconds, seconds <= limit else { return false }
        }
        switch large.`operator` {
        case TolerationOperator.exists: return true
        case "", TolerationOperator.equal:
            return small.`operator` == TolerationOperator.equal && small.value == large.value
        default: return false
        }
    }
}
