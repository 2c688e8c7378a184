// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

extension ApplyFailure {
    /// What the failure means to a client.
    public var status: APIStatusError {
        switch self {
        case .conflict(let conflicts): Self.status(conflicts)
        case .badRequest(let message): .badRequest(message)
        case .failed(let message): .plain(message)
        }
    }

    private static func status(_ conflicts: [FieldConflict]) -> APIStatusError {
        let causes = conflicts.map { conflict in
            StatusCause {
                $0.reason = "FieldManagerConflict"
                $0.message = "conflict with \(conflict.manager)"
                $0.field = conflict.path
            }
        }
        return .applyConflict(causes: causes, message: message(conflicts))
    }

    private static func message(_ conflicts: [FieldConflict]) -> String {
        if conflicts.count == 1, let only = conflicts.first {
            return "Apply failed with 1 conflict: conflict with \(only.manager): \(only.path)"
        }
        var lines: [String] = []
        let managers = Dictionary(grouping: conflicts, by: \.identity).sorted { $0.key < $1.key }
        for (_, conflicts) in managers {
            lines.append("conflicts with \(conflicts[0].manager):")
            lines += conflicts.map { "- \($0.path)" }
        }
        return "Apply failed with \(conflicts.count) conflicts: " + lines.joined(separator: "\n")
    }
}
