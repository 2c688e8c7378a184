// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Resolves the priority class of pods.
///
/// - SeeAlso: Kubernetes' admission plugin `Priority`.
struct PriorityAdmission: AdmissionPlugin {
    static let name = "Priority"

    private static let defaultPath = [Array("globalDefault".utf8)]

    let classes: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.mutate(Pod.self) { pod, old, context in
            if let old {
                guard context.subresource.isEmpty else { return }
                // what was computed once stays; a pod that is updated does not name it again
                if pod.spec.priority == nil { pod.spec.priority = old.spec.priority }
                if pod.spec.preemptionPolicy == nil { pod.spec.preemptionPolicy = old.spec.preemptionPolicy }
            } else if context.operation == .create {
                try await admit(&pod)
            }
        }
        hooks.validate(PriorityClass.self) { given, old, _ in
            guard given.globalDefault, let other = try await globalDefault() else { return }
            if old == nil || other.metadata.name != given.metadata.name {
                throw APIStatusError.forbidden(
                    PriorityClass.resource, given.metadata.name,
                    "PriorityClass \(other.metadata.name) is already marked as default. Only one default can exist")
            }
        }
    }

    private func admit(_ pod: inout Pod) async throws {
        var priority: Int32 = 0
        var policy = PreemptionPolicy.preemptLowerPriority
        if pod.spec.priorityClassName.isEmpty {
            if let fallback = try await globalDefault() {
                pod.spec.priorityClassName = fallback.metadata.name
                priority = fallback.value
                policy = fallback.preemptionPolicy ?? policy
            }
        } else {
            let name = pod.spec.priorityClassName
            guard let stored = try await classes.get(namespace: "", name: name) else {
                throw APIStatusError.forbidden(
                    Pod.resource, pod.metadata.admissionName, "no PriorityClass with name \(name) was found")
            }
            let found = try JSONCoding.decode(PriorityClass.self, from: stored.bytes)
            priority = found.value
            policy = found.preemptionPolicy ?? policy
        }
        let name = pod.metadata.admissionName
        try Self.set(priority, policy, in: &pod.spec, of: name)
    }

    private static func set(
        _ priority: Int32, _ policy: String, in spec: inout PodSpec, of name: String
    ) throws(APIStatusError) {
        if let given = spec.priority, given != priority {
            throw APIStatusError.forbidden(
                Pod.resource, name,
                "the integer value of priority (\(given)) must not be provided in pod spec; priority admission controller computed "
                    + "\(priority) from the given PriorityClass name")
        }
        spec.priority = priority
        if let given = spec.preemptionPolicy, given != policy {
            throw APIStatusError.forbidden(
                Pod.resource, name,
                "the string value of PreemptionPolicy (\(given)) must not be provided in pod spec; priority admission controller "
                    + "computed \(policy) from the given PriorityClass name")
        }
        spec.preemptionPolicy = policy
    }

    /// Of several classes that claim to be the default, the lowest counts.
    private func globalDefault() async throws -> PriorityClass? {
        let marked = try await classes.snapshot().objects {
            JSONScan.scalar(Self.defaultPath, in: $0.bytes) == "true"
        }
        return try marked.map { try JSONCoding.decode(PriorityClass.self, from: $0.bytes) }.min { $0.value < $1.value }
    }
}
