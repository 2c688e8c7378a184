// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Holds pods to the Pod Security Standard that their namespace asks for, and warns about templates that will not pass.
///
/// - SeeAlso: Kubernetes' admission plugin `PodSecurity`; `PodSecurityChecks` has the rules.
struct PodSecurityAdmission: AdmissionPlugin {
    static let name = "PodSecurity"
    /// How many pods of a namespace are looked at when its level changes.
    private static let maximumPods = 3000

    let namespaces: ResourceCache
    let pods: ResourceCache

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.validate(Namespace.self) { namespace, old, context in
            guard context.subresource.isEmpty else { return }
            try await check(namespace, old, context)
        }
        hooks.validate(Pod.self) { pod, old, context in
            let isLooked = context.subresource.isEmpty || Self.podSubresources.contains(context.subresource)
            guard isLooked, old.map({ PodSecurityChange.matters(pod, from: $0) }) ?? true else { return }
            let policy = try await policy(context.namespace)
            guard !policy.isPrivileged else { return }
            let subject = PodSecuritySubject(pod.metadata, pod.spec)
            let violations = PodSecurityChecks.violations(of: subject, policy.enforce)
            guard violations.isEmpty else {
                throw APIStatusError.forbidden(
                    Pod.resource, pod.metadata.admissionName,
                    "violates PodSecurity \"\(policy.enforce)\": \(PodSecurityChecks.text(violations))")
            }
            if policy.warn != policy.enforce { Self.warn(subject, policy.warn, context) }
        }
        addTemplates(to: &hooks)
    }

    /// Those that change what a pod may do.
    private static let podSubresources: Set = ["ephemeralcontainers", "resize"]

    private func addTemplates<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        addTemplate(PodTemplate.self, to: &hooks) { $0.template }
        addTemplate(ReplicationController.self, to: &hooks) { $0.spec.template }
        addTemplate(ReplicaSet.self, to: &hooks) { $0.spec.template }
        addTemplate(Deployment.self, to: &hooks) { $0.spec.template }
        addTemplate(StatefulSet.self, to: &hooks) { $0.spec.template }
        addTemplate(DaemonSet.self, to: &hooks) { $0.spec.template }
        addTemplate(Job.self, to: &hooks) { $0.spec.template }
        addTemplate(CronJob.self, to: &hooks) { $0.spec.jobTemplate.spec.template }
    }

    private func addTemplate<Object: RESTObject, Kind: RESTObject>(
        _: Kind.Type, to hooks: inout AdmissionHooks<Object>, _ template: @escaping @Sendable (Kind) -> PodTemplateSpec?
    ) {
        hooks.validate(Kind.self) { object, _, context in
            guard context.subresource.isEmpty, let template = template(object) else { return }
            let policy = try await policy(context.namespace)
            guard policy.warn.level != .privileged else { return }
            Self.warn(PodSecuritySubject(template.metadata, template.spec), policy.warn, context)
        }
    }

    private static func warn(_ subject: PodSecuritySubject, _ standard: PodSecurityStandard, _ context: WriteContext) {
        let violations = PodSecurityChecks.violations(of: subject, standard)
        guard !violations.isEmpty else { return }
        context.warnings.add("would violate PodSecurity \"\(standard)\": \(PodSecurityChecks.text(violations))")
    }

    /// A namespace that is not there is told by another plugin.
    private func policy(_ name: String) async throws -> PodSecurityPolicy {
        guard let stored = try await namespaces.get(namespace: "", name: name) else {
            return PodSecurityPolicy(labels: [:])
        }
        return PodSecurityPolicy(labels: JSONScan.labels(stored.bytes))
    }

    // MARK: - namespaces

    private func check(_ namespace: Namespace, _ old: Namespace?, _ context: WriteContext) async throws {
        let policy = PodSecurityPolicy(labels: namespace.metadata.labels)
        let before = old.map { PodSecurityPolicy(labels: $0.metadata.labels) }
        if !policy.faults.isEmpty, policy.faults != before?.faults {
            throw APIStatusError.invalid(Namespace.resource, namespace.metadata.name, policy.faults)
        }
        guard let before, policy.enforce != before.enforce, policy.enforce.level != .privileged else { return }
        let isRelaxed = policy.enforce.version == before.enforce.version && policy.enforce.level <= before.enforce.level
        guard !isRelaxed else { return }
        let selection = ObjectSelection(namespace: namespace.metadata.name)
        let present = try await pods.snapshot().objects(selection)
        let looked = try present.prefix(Self.maximumPods).map { try JSONCoding.decode(Pod.self, from: $0.bytes) }
        let texts = PodSecurityChange.warnings(
            about: looked, of: present.count, in: namespace.metadata.name, policy.enforce)
        for text in texts { context.warnings.add(text) }
    }
}

/// What a change means for pod security. Pure.
enum PodSecurityChange {
    private static let seccompPodAnnotation = "seccomp.security.alpha.kubernetes.io/pod"
    private static let seccompAnnotation = "container.seccomp.security.alpha.kubernetes.io/"

    /// Whether an update touches something that the standards are about.
    static func matters(_ new: Pod, from old: Pod) -> Bool {
        let (before, after) = (old.metadata.annotations, new.metadata.annotations)
        func differ(_ a: (name: String, image: String), _ b: (name: String, image: String)) -> Bool {
            a.image != b.image || after[seccompAnnotation + a.name] != before[seccompAnnotation + a.name]
        }
        func differ(_ a: [Container], _ b: [Container]) -> Bool {
            a.count != b.count || zip(a, b).contains { differ(($0.name, $0.image), ($1.name, $1.image)) }
        }
        if before[seccompPodAnnotation] != after[seccompPodAnnotation] { return true }
        if differ(new.spec.containers, old.spec.containers) { return true }
        if differ(new.spec.initContainers, old.spec.initContainers) { return true }
        let known = old.spec.ephemeralContainers.map(\.ephemeralContainerCommon)
        return new.spec.ephemeralContainers.map(\.ephemeralContainerCommon).contains { container in
            guard let same = known.first(where: { $0.name == container.name }) else { return true }
            return differ((container.name, container.image), (same.name, same.image))
        }
    }

    /// What to say of the pods that a stricter level finds: one text for all pods that do the same.
    ///
    /// - Parameter total: how many pods the namespace has.
    static func warnings(
        about pods: [Pod], of total: Int, in namespace: String, _ standard: PodSecurityStandard
    ) -> [String] {
        var names: [String: [String]] = [:]
        for pod in pods {
            let violations = PodSecurityChecks.violations(of: PodSecuritySubject(pod.metadata, pod.spec), standard)
            guard !violations.isEmpty else { continue }
            names[violations.map(\.reason).joined(separator: ", "), default: []].append(pod.metadata.name)
        }
        var texts: [String] = []
        if pods.count < total {
            texts.append(
                "new PodSecurity enforce level only checked against the first \(pods.count) of \(total) existing pods")
        }
        if !names.isEmpty {
            texts.append(
                "existing pods in namespace \(GoText.quote(namespace)) violate the new PodSecurity enforce level \"\(standard)\""
            )
        }
        let lines = names.map { reasons, names in
            let first = names.min() ?? ""
            switch names.count {
            case 1: return "\(first): \(reasons)"
            case 2: return "\(first) (and 1 other pod): \(reasons)"
            default: return "\(first) (and \(names.count - 1) other pods): \(reasons)"
            }
        }
        return texts + lines.sorted()
    }
}
