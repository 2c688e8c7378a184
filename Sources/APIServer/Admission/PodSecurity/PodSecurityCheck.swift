// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// What a pod does that a standard forbids.
struct PodSecurityViolation: Sendable, Equatable {
    /// Short, for example `host namespaces`.
    var reason: String
    /// Which parts of the pod, for example `hostNetwork=true`.
    var detail: String
}

/// One rule of the Pod Security Standards.
struct PodSecurityCheck: Sendable {
    typealias Rule = @Sendable (PodSecuritySubject) -> PodSecurityViolation?

    var id: String
    var level: PodSecurityLevel
    /// The forms of the rule, each from a minor version on, oldest first.
    var forms: [(since: Int, rule: Rule)]
    /// Rules of the baseline that this one replaces where the level is restricted.
    var replaces: String?

    init(_ id: String, _ level: PodSecurityLevel, since: Int = 0, replaces: String? = nil, _ rule: @escaping Rule) {
        self.init(id, level, forms: [(since, rule)], replaces: replaces)
    }

    init(_ id: String, _ level: PodSecurityLevel, forms: [(since: Int, rule: Rule)], replaces: String? = nil) {
        self.id = id
        self.level = level
        self.forms = forms
        self.replaces = replaces
    }

    /// The form that a version has; nil before the first.
    func rule(minor: Int) -> Rule? { forms.last { $0.since <= minor }?.rule }
}

/// All rules together. Pure.
///
/// - SeeAlso: "Pod Security Standards" in Kubernetes' documentation.
enum PodSecurityChecks {
    /// What `latest` means: the newest form of any rule.
    static let newestMinor = 35

    /// Everything that a pod does against a standard: rules of the baseline first, each level by name of the rule.
    static func violations(of subject: PodSecuritySubject, _ standard: PodSecurityStandard) -> [PodSecurityViolation] {
        guard standard.level > .privileged else { return [] }
        var minor = newestMinor
        if case .minor(let asked) = standard.version { minor = min(asked, newestMinor) }
        let restricted = standard.level == .restricted ? self.restricted : []
        let replaced = Set(restricted.filter { $0.rule(minor: minor) != nil }.compactMap(\.replaces))
        let rules = (baseline.filter { !replaced.contains($0.id) } + restricted).compactMap { $0.rule(minor: minor) }
        return rules.compactMap { $0(subject) }
    }

    /// `host namespaces (hostNetwork=true), hostPort (...)`.
    static func text(_ violations: [PodSecurityViolation]) -> String {
        violations.map { $0.detail.isEmpty ? $0.reason : "\($0.reason) (\($0.detail))" }.joined(separator: ", ")
    }
}

/// A pod, or the template of pods, as the rules see it.
struct PodSecuritySubject: Sendable {
    /// A container of any sort.
    struct Part: Sendable {
        var name: String
        var security: SecurityContext?
        var ports: [ContainerPort]
        var probes: [Probe?]
        var lifecycle: Lifecycle?
    }

    var annotations: [String: String]
    var spec: PodSpec
    /// Init containers, containers, ephemeral containers.
    var parts: [Part]

    init(_ metadata: ObjectMeta, _ spec: PodSpec) {
        annotations = metadata.annotations
        self.spec = spec
        parts = (spec.initContainers + spec.containers).map {
            Part(
                name: $0.name, security: $0.securityContext, ports: $0.ports,
                probes: [$0.livenessProbe, $0.readinessProbe, $0.startupProbe], lifecycle: $0.lifecycle)
        }
        parts += spec.ephemeralContainers.map(\.ephemeralContainerCommon).map {
            Part(
                name: $0.name, security: $0.securityContext, ports: $0.ports,
                probes: [$0.livenessProbe, $0.readinessProbe, $0.startupProbe], lifecycle: $0.lifecycle)
        }
    }

    var isWindows: Bool { spec.os?.name == "windows" }
    /// Whether the pod's users are none of the node.
    var hasOwnUsers: Bool { spec.hostUsers == false }

    /// The names of the containers of which something is true.
    func names(where isSuch: (Part) -> Bool) -> [String] { parts.filter(isSuch).map(\.name) }
}

/// The words of violations.
enum PodSecurityText {
    /// `container "a"`, `containers "a", "b"`.
    static func named(_ noun: String, _ names: [String]) -> String {
        "\(plural(noun, names.count)) \(quoted(names))"
    }

    static func plural(_ noun: String, _ count: Int) -> String { count == 1 ? noun : noun + "s" }

    static func quoted(_ texts: some Sequence<String>) -> String { texts.map { "\"\($0)\"" }.joined(separator: ", ") }

    /// Who set something: the pod, containers, or both.
    static func setters(pod: Bool, _ containers: [String]) -> [String] {
        (pod ? ["pod"] : []) + (containers.isEmpty ? [] : [named("container", containers)])
    }
}
