// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI
import Wire

/// Whether a FlowSchema leads to a priority level that is there.
///
/// - SeeAlso: the configuration controller of Kubernetes' API Priority and Fairness.
package enum FlowSchemaConditions {
    static let dangling = "Dangling"

    /// The condition `Dangling` as it should be.
    package static func dangling(_ schema: FlowSchema, levels: Set<String>) -> ConditionText {
        let name = schema.spec.priorityLevelConfiguration.name
        let subject = "This FlowSchema references the PriorityLevelConfiguration object named \"\(name)\""
        return levels.contains(name)
            ? ConditionText("False", "Found", "\(subject) and it exists")
            : ConditionText("True", "NotFound", "\(subject) but there is no such object")
    }

    /// The condition that has to be written; nil where the schema says it already. Its time is kept while the status stays.
    package static func change(_ schema: FlowSchema, levels: Set<String>, now: Time) -> FlowSchemaCondition? {
        let wanted = dangling(schema, levels: levels)
        let old = schema.status.conditions.first { $0.type == dangling }
        if let old, ConditionText(old.status, old.reason, old.message) == wanted { return nil }
        return FlowSchemaCondition {
            $0.type = dangling
            ($0.status, $0.reason, $0.message) = (wanted.status, wanted.reason, wanted.message)
            $0.lastTransitionTime = old?.status == wanted.status ? old?.lastTransitionTime ?? now : now
        }
    }
}
