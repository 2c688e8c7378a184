// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension JSONWriter {
    /// Writes `kind` and `apiVersion`, which come first in every object Kubernetes sends. Items of lists go without.
    public mutating func kind(_ kind: StaticString, apiVersion: StaticString) {
        if omitsNextKind {
            omitsNextKind = false
            return
        }
        key("\"kind\":" as StaticString)
        string("\(kind)")
        key("\"apiVersion\":" as StaticString)
        string("\(apiVersion)")
    }

    /// Writes objects as the items of a typed list: without `kind` and `apiVersion`.
    @inlinable
    public mutating func items(_ objects: [some WireValue]) {
        beginArray()
        for object in objects {
            omitsNextKind = true
            object.encode(json: &self)
        }
        omitsNextKind = false
        endArray()
    }
}
