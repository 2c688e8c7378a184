// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Where in an object a fault is: `spec.containers[0].env[1].name`, `metadata.labels[app]`.
///
/// A path is a chain of small nodes; its text is made only when an error needs it.
///
/// - SeeAlso: `field.Path` of Kubernetes' apimachinery.
public indirect enum FieldPath: Sendable, CustomStringConvertible {
    /// The object itself: no text.
    case root
    case child(FieldPath, String)
    case index(FieldPath, Int)
    case key(FieldPath, String)

    /// The field `name` of the object.
    public init(_ name: String) { self = .child(.root, name) }

    /// The fields reached one after the other from the object.
    public init(_ names: String...) { self = names.reduce(.root) { .child($0, $1) } }

    /// The field `name` of what this path leads to.
    public func child(_ name: String) -> FieldPath { .child(self, name) }

    /// The fields reached one after the other from what this path leads to.
    public func child(_ names: String...) -> FieldPath { names.reduce(self) { .child($0, $1) } }

    /// The list item at `index`, from 0.
    public func index(_ index: Int) -> FieldPath { .index(self, index) }

    /// The map entry `key`.
    public func key(_ key: String) -> FieldPath { .key(self, key) }

    public var description: String {
        switch self {
        case .root: ""
        case .child(.root, let name): name
        case .child(let parent, let name): parent.description + "." + name
        case .index(let parent, let index): parent.description + "[\(index)]"
        case .key(let parent, let key): parent.description + "[" + key + "]"
        }
    }
}
