// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

extension PolicyRule {
    /// Whether the rule allows what is asked.
    ///
    /// - SeeAlso: `RuleAllows` of Kubernetes' RBAC authorizer.
    package func allows(_ attributes: AuthorizationAttributes) -> Bool {
        guard verbs.contains(where: { $0 == "*" || $0 == attributes.verb }) else { return false }
        guard attributes.isResourceRequest else {
            return nonResourceURLs.contains { Self.path(attributes.path, matches: $0) }
        }
        return apiGroups.contains { $0 == "*" || $0 == attributes.apiGroup }
            && resources.contains { Self.resource(attributes, matches: $0) }
            && (resourceNames.isEmpty || resourceNames.contains(attributes.name))
    }

    private static func path(_ path: String, matches pattern: String) -> Bool {
        if pattern == "*" || pattern == path { return true }
        return pattern.hasSuffix("*") && path.hasPrefix(String(pattern.reversed().drop { $0 == "*" }.reversed()))
    }

    private static func resource(_ attributes: AuthorizationAttributes, matches pattern: String) -> Bool {
        if pattern == "*" { return true }
        if attributes.subresource.isEmpty { return pattern == attributes.resource }
        guard let slash = pattern.utf8.firstIndex(of: UInt8(ascii: "/")) else { return false }
        let (first, second) = (pattern[..<slash], pattern[pattern.utf8.index(after: slash)...])
        return second == attributes.subresource && (first == "*" || first == attributes.resource)
    }
}

/// Comparing sets of rules: who grants rights must hold them.
///
/// - SeeAlso: `Covers` of Kubernetes' `k8s.io/component-helpers/auth/rbac/validation`.
package enum RuleCover {
    /// The parts of `wanted` that `held` does not cover, each about one verb of one resource; empty: all is covered.
    package static func missing(_ wanted: [PolicyRule], heldBy held: [PolicyRule]) -> [PolicyRule] {
        wanted.flatMap(breakDown).filter { part in !held.contains { covers($0, part) } }
    }

    /// How messages write missing rules: parts of one resource joined, sorted, one to a line.
    package static func describe(_ missing: [PolicyRule]) -> String {
        compact(missing).map(describe).sorted().joined(separator: "\n")
    }

    private static func breakDown(_ rule: PolicyRule) -> [PolicyRule] {
        var parts: [PolicyRule] = []
        for group in rule.apiGroups {
            for resource in rule.resources {
                for verb in rule.verbs {
                    let names = rule.resourceNames.isEmpty ? [nil] : rule.resourceNames.map(Optional.some)
                    parts += names.map { name in
                        PolicyRule {
                            $0.apiGroups = [group]
                            $0.resources = [resource]
                            $0.verbs = [verb]
                            $0.resourceNames = name.map { [$0] } ?? []
                        }
                    }
                }
            }
        }
        for url in rule.nonResourceURLs {
            parts += rule.verbs.map { verb in
                PolicyRule {
                    $0.nonResourceURLs = [url]
                    $0.verbs = [verb]
                }
            }
        }
        return parts
    }

    private static func covers(_ held: PolicyRule, _ part: PolicyRule) -> Bool {
        guard has(held.verbs, part.verbs) else { return false }
        if let url = part.nonResourceURLs.first {
            return held.nonResourceURLs.contains { pattern in
                pattern == "*" || pattern == url
                    || (pattern.hasSuffix("*") && url.hasPrefix(String(pattern.dropLast())))
            }
        }
        let names =
            held.resourceNames.isEmpty
            || (!part.resourceNames.isEmpty && part.resourceNames.allSatisfy(held.resourceNames.contains))
        return has(held.apiGroups, part.apiGroups) && coversResources(held.resources, part.resources) && names
    }

    private static func has(_ held: [String], _ wanted: [String]) -> Bool {
        held.contains("*") || wanted.allSatisfy(held.contains)
    }

    private static func coversResources(_ held: [String], _ wanted: [String]) -> Bool {
        has(held, wanted)
            || wanted.allSatisfy { resource in
                guard let slash = resource.firstIndex(of: "/") else { return held.contains(resource) }
                return held.contains(resource) || held.contains("*" + resource[slash...])
            }
    }

    /// Joins the verbs of parts that are about the same resource (and name).
    private static func compact(_ parts: [PolicyRule]) -> [PolicyRule] {
        var result: [PolicyRule] = []
        var places: [String: Int] = [:]
        for part in parts {
            let key = [part.apiGroups, part.resources, part.resourceNames, part.nonResourceURLs]
                .map { $0.joined(separator: ",") }.joined(separator: "|")
            guard part.nonResourceURLs.isEmpty, let place = places[key] else {
                places[key] = result.count
                result.append(part)
                continue
            }
            result[place].verbs += part.verbs.filter { !result[place].verbs.contains($0) }
        }
        return result
    }

    private static func describe(_ rule: PolicyRule) -> String {
        let fields = [
            ("APIGroups", rule.apiGroups), ("Resources", rule.resources), ("NonResourceURLs", rule.nonResourceURLs),
            ("ResourceNames", rule.resourceNames), ("Verbs", rule.verbs),
        ]
        let texts = fields.filter { !$0.1.isEmpty }.map { name, values in
            "\(name):[\(values.map { FailureStatus.quote($0) }.joined(separator: " "))]"
        }
        return "{" + texts.joined(separator: ", ") + "}"
    }
}
