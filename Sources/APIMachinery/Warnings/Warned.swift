// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

/// A kind of which some values are allowed but do not do what their writer may think: clients are told so in `Warning` headers.
///
/// - SeeAlso: `WarningsOnCreate` and `WarningsOnUpdate` of kube-apiserver's strategies.
public protocol Warned: RESTObject {
    /// What to say of a sound object.
    ///
    /// - Parameter old: what it replaces; nil for a new one.
    func warnings(replacing old: Self?) -> [String]
}

/// What several kinds warn of.
enum WarningRules {
    /// A name that pods get theirs from.
    static func podName(_ name: String, _ use: String = "Pod names and hostnames") -> [String] {
        let faults = NameRules.dns1123Label(name)
        guard !faults.isEmpty else { return [] }
        return [
            "metadata.name: this is used in \(use), which can result in surprising behavior; a DNS label is recommended: "
                + "[\(faults.joined(separator: " "))]"
        ]
    }

    private static let nodeLabels = [
        "beta.kubernetes.io/arch": "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        "beta.kubernetes.io/os": "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        "failure-domain.beta.kubernetes.io/region":
            "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        "failure-domain.beta.kubernetes.io/zone": "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        "beta.kubernetes.io/instance-type":
            "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
        "app.kubernetes.io/created-by": "deprecated since v1.9",
        "scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
        "node-role.kubernetes.io/master": "use \"node-role.kubernetes.io/control-plane\" instead",
    ]

    /// What is to be said of a label of nodes; nil where it is not an old one.
    static func nodeLabel(_ key: String) -> String? { nodeLabels[key] }

    /// A part of a selector of nodes.
    static func nodeTerm(_ term: NodeSelectorTerm, checksValues: Bool = false, _ path: FieldPath) -> [String] {
        term.matchExpressions.enumerated().flatMap { index, expression in
            let at = path.child("matchExpressions").index(index)
            let label = nodeLabel(expression.key).map { ["\(at.child("key")): \(expression.key) is \($0)"] } ?? []
            guard checksValues else { return label }
            return label
                + expression.values.enumerated().flatMap { number, value in
                    LabelRules.value(value).map { "\(at.child("values").index(number)): \(value) is invalid, \($0)" }
                }
        }
    }

    /// An amount of bytes that is not a whole number.
    static func fraction(
        _ amounts: [String: Quantity], _ names: [String], _ path: @autoclosure () -> FieldPath
    ) -> [String] {
        guard !amounts.isEmpty else { return [] }
        return names.compactMap { name in
            guard let amount = amounts[name], amount.milliValue % 1000 != 0 else { return nil }
            return "\(path().key(name)): fractional byte value \"\(amount.text)\" is invalid, must be an integer"
        }
    }

    /// An IPv6 address that is not written as everybody writes it.
    static func address(_ text: String, _ path: @autoclosure () -> FieldPath) -> [String] {
        guard text.utf8.contains(UInt8(ascii: ":")), let address = NetworkAddress(text), address.description != text
        else { return [] }
        return [
            "\(path()): IPv6 address \"\(text)\" should be in RFC 5952 canonical format (\"\(address.description)\")"
        ]
    }
}
