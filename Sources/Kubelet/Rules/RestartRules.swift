// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Whether an ended container is to run again.
enum RestartRules {
    /// - Parameters:
    ///   - exitCode: how the container ended.
    ///   - podPolicy: the pod's `restartPolicy`; empty counts as Always.
    static func shouldRestart(_ container: PodContainer, exitCode: Int32, podPolicy: String) -> Bool {
        switch container.kind {
        case .ephemeral: return false
        case .sidecar: return true
        case .initialization where exitCode == 0: return false
        case .initialization, .app: break
        }
        if let rule = container.spec.restartPolicyRules.first(where: { matches($0, exitCode) }) {
            return rule.action == "Restart" || rule.action == "RestartAllContainers"
        }
        switch container.spec.restartPolicy ?? podPolicy {
        case RestartPolicy.never: return false
        case RestartPolicy.onFailure: return exitCode != 0
        default: return true
        }
    }

    private static func matches(_ rule: ContainerRestartRule, _ exitCode: Int32) -> Bool {
        guard let codes = rule.exitCodes else { return false }
        switch codes.operator {
        case "In": return codes.values.contains(exitCode)
        case "NotIn": return !codes.values.contains(exitCode)
        default: return false
        }
    }
}
