// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONWriter {
    /// Writes `kind` and `apiVersion`, which come first in every object Kubernetes sends. Objects inside others (items of lists,
    /// claim templates) carry them only where they were given.
    public mutating func kind(_ kind: StaticString, apiVersion: StaticString, isTyped: Bool = false) {
        guard depth == 1 || isTyped else { return }
        key(",\"kind\":" as StaticString)
        string("\(kind)")
        key(",\"apiVersion\":" as StaticString)
        string("\(apiVersion)")
    }
}
