// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What a condition says, without the time since when.
package struct ConditionText: Sendable, Equatable {
    /// `True`, `False` or `Unknown`.
    package var status: String
    package var reason: String
    package var message: String

    package init(_ status: String, _ reason: String, _ message: String) {
        self.status = status
        self.reason = reason
        self.message = message
    }
}
