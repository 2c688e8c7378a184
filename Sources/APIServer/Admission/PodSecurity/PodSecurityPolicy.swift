// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI

/// How strict a Pod Security Standard is.
enum PodSecurityLevel: String, Sendable, Comparable, CaseIterable {
    case privileged, baseline, restricted

    private var strictness: Int {
        switch self {
        case .privileged: 0
        case .baseline: 1
        case .restricted: 2
        }
    }

    static func < (a: Self, b: Self) -> Bool { a.strictness < b.strictness }
}

/// The Kubernetes version whose form of a standard counts.
enum PodSecurityVersion: Sendable, Equatable, CustomStringConvertible {
    case latest
    /// `v1.` and this.
    case minor(Int)

    var description: String {
        switch self {
        case .latest: "latest"
        case .minor(let minor): "v1.\(minor)"
        }
    }

    /// - Returns: nil for a text that is neither `latest` nor `v1.` and a number.
    init?(_ text: String) {
        if text == "latest" {
            self = .latest
            return
        }
        guard text.hasPrefix("v1.") else { return nil }
        let digits = text.utf8.dropFirst(3)
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }), digits.count == 1 || digits.first != 48,
            let minor = Int(text.dropFirst(3))
        else { return nil }
        self = .minor(minor)
    }
}

/// A level in the form of one version.
struct PodSecurityStandard: Sendable, Equatable, CustomStringConvertible {
    var level = PodSecurityLevel.privileged
    var version = PodSecurityVersion.latest

    var description: String { "\(level.rawValue):\(version)" }
}

/// What a namespace asks for by its labels.
///
/// - SeeAlso: "Pod Security Admission" in Kubernetes' documentation; `PolicyToEvaluate` of `k8s.io/pod-security-admission`.
struct PodSecurityPolicy: Sendable, Equatable {
    static let labelPrefix = "pod-security.kubernetes.io/"

    var enforce = PodSecurityStandard()
    var audit = PodSecurityStandard()
    var warn = PodSecurityStandard()
    /// Labels that could not be read. What they should have said counts as restricted for enforcement, as privileged for the rest.
    var faults: [FieldError] = []

    init(labels: [String: String]) {
        // most namespaces ask for nothing, and each of their pods comes here
        guard labels.keys.contains(where: { $0.utf8.starts(with: Self.labelPrefix.utf8) }) else { return }
        enforce = read("enforce", labels, fallback: .restricted)
        audit = read("audit", labels, fallback: .privileged)
        warn = read("warn", labels, fallback: .privileged)
        warnOfWhatIsEnforced(labels)
    }

    /// Who enforces a level and says nothing of warnings is warned of that level: so templates of pods that will be refused are told.
    private mutating func warnOfWhatIsEnforced(_ labels: [String: String]) {
        guard labels[Self.labelPrefix + "warn"] == nil, let text = labels[Self.labelPrefix + "enforce"],
            let enforced = PodSecurityLevel(rawValue: text), enforced > warn.level
        else { return }
        warn.level = enforced
        if labels[Self.labelPrefix + "warn-version"] == nil { warn.version = enforce.version }
    }

    private mutating func read(
        _ mode: String, _ labels: [String: String], fallback: PodSecurityLevel
    ) -> PodSecurityStandard {
        var standard = PodSecurityStandard()
        let key = Self.labelPrefix + mode
        if let text = labels[key] {
            if let level = PodSecurityLevel(rawValue: text) {
                standard.level = level
            } else {
                standard.level = fallback
                let known = PodSecurityLevel.allCases.map(\.rawValue).joined(separator: ", ")
                faults.append(.invalid(Self.path(key), text, "must be one of \(known)"))
            }
        }
        if let text = labels[key + "-version"] {
            if let version = PodSecurityVersion(text) {
                standard.version = version
            } else {
                faults.append(.invalid(Self.path(key + "-version"), text, "must be \"latest\" or \"v1.x\""))
            }
        }
        return standard
    }

    private static func path(_ label: String) -> FieldPath { FieldPath("metadata", "labels").key(label) }

    /// Whether pods need not be looked at.
    var isPrivileged: Bool {
        faults.isEmpty && enforce.level == .privileged && audit.level == .privileged && warn.level == .privileged
    }
}
