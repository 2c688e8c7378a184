// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

extension LabelSelector {
    /// Whether labels are selected. The empty selector selects everything; an operator nobody knows selects nothing.
    func matches(_ labels: [String: String]) -> Bool {
        for (name, value) in matchLabels where labels[name] != value { return false }
        for requirement in matchExpressions {
            let value = labels[requirement.key]
            switch requirement.operator {
            case LabelSelectorOperator.in: if value.map(requirement.values.contains) != true { return false }
            case LabelSelectorOperator.notIn: if value.map(requirement.values.contains) == true { return false }
            case LabelSelectorOperator.exists: if value == nil { return false }
            case LabelSelectorOperator.doesNotExist: if value != nil { return false }
            default: return false
            }
        }
        return true
    }
}
