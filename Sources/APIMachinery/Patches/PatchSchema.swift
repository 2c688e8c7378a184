// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SchemaModel

/// What strategic merge patch has to know of an object.
public protocol PatchSchema: Sendable {
    /// How the member `name` is patched; nil if nothing is known of it.
    func patchField(_ name: String) -> PatchField?
}

/// How one member is patched.
public struct PatchField: Sendable {
    /// `merge`, `replace`, `retainKeys`; without `merge` lists are replaced.
    public var strategies: [String]
    /// The member by which items of a list of objects are matched.
    public var mergeKey: String
    /// What is known of the object, or of the items of the list.
    public var element: (any PatchSchema)?

    public init(strategies: [String] = [], mergeKey: String = "", element: (any PatchSchema)? = nil) {
        self.strategies = strategies
        self.mergeKey = mergeKey
        self.element = element
    }
}

extension ResolvedType: PatchSchema {
    public func patchField(_ name: String) -> PatchField? {
        guard let field = field(name) else { return nil }
        return PatchField(
            strategies: field.schema.patchStrategies, mergeKey: field.schema.patchMergeKey ?? "",
            element: MapValuePatchSchema.schema(of: field.shape))
    }
}

/// What is known of the values of a map with keys of the user's choice.
struct MapValuePatchSchema: PatchSchema {
    let shape: ResolvedShape

    func patchField(_: String) -> PatchField? { PatchField(element: Self.schema(of: shape)) }

    /// What is known of objects of that shape, or of the items of such lists.
    static func schema(of shape: ResolvedShape) -> (any PatchSchema)? {
        switch shape {
        case .structure(let name): ResolvedSchema.shared.type(name)
        case .list(let inner): schema(of: inner)
        case .map(let inner): MapValuePatchSchema(shape: inner)
        default: nil
        }
    }
}
