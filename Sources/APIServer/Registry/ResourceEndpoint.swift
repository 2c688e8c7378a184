// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
package import KubernetesAPI
import Store
import Wire

/// One resource as the handlers see it, whatever its type.
package protocol ResourceEndpoint: Sendable {
    var info: ResourceInfo { get }
    /// The objects, as stored.
    var cache: ResourceCache { get }
    /// The selector with today's names of fields.
    ///
    /// - Throws: what Kubernetes says of a field that the kind cannot be selected by.
    func checkFields(_ selector: FieldSelector) throws(SelectorError) -> FieldSelector
    /// Whether the cached objects are of another version, so that ``present(_:)`` has to be asked for each.
    var isView: Bool { get }
    /// The subresources that are faces of the object: `status`, `approval`, ...
    var faces: Set<String> { get }

    /// The object as this resource shows it: the same one, except for a view.
    func present(_ object: StoredObject) throws -> StoredObject
    /// The stored form, without a place for the revision, of an object as this resource shows it.
    func stored(fromJSON json: [UInt8]) throws -> [UInt8]
    /// The whole protobuf body of the object.
    func protobuf(_ object: StoredObject) throws -> [UInt8]
    /// The whole protobuf body of a list.
    func protobufList(_ objects: [StoredObject], _ metadata: ListMeta) throws -> [UInt8]
    /// The JSON of a `Table` of the objects; `list` is nil for the table of one object.
    func table(_ objects: [StoredObject], _ options: TableOptions, list: ListMeta?) throws -> [UInt8]
    /// The stored form of a bookmark: an object of the kind with nothing but a revision.
    func bookmark(_ revision: UInt64, endsInitial: Bool) -> StoredObject

    func create(_ body: ObjectBody, _ context: WriteContext) async throws -> WriteResult
    func update(_ body: ObjectBody, _ context: WriteContext) async throws -> WriteResult
    func patch(_ patch: ObjectPatch, _ context: WriteContext) async throws -> WriteResult
    func delete(_ options: DeleteOptions, _ context: WriteContext) async throws -> DeleteResult
}

/// The body of a create or an update.
package struct ObjectBody: Sendable {
    package enum Form: Sendable { case json, yaml, protobuf }
    package var form: Form
    package var bytes: [UInt8]

    package init(_ form: Form, _ bytes: [UInt8]) {
        self.form = form
        self.bytes = bytes
    }
}

/// What a write made.
package struct WriteResult: Sendable {
    package var object: StoredObject
    /// Whether the object is new (201).
    package var isCreated: Bool
    /// For `Warning` headers.
    package var warnings: [String] = []
}

/// What a deletion made.
package enum DeleteResult: Sendable {
    /// The object: marked for deletion, or its last state for kinds that answer with it.
    case object(StoredObject, isGone: Bool)
    /// The object is gone.
    case gone(StoredObject)
}

/// `TableOptions` of a request.
package struct TableOptions: Sendable {
    package enum IncludeObject: String, Sendable { case none = "None", metadata = "Metadata", object = "Object" }
    package var includeObject = IncludeObject.metadata
    /// Whether column definitions are left out (later events of a watch).
    package var omitsHeader = false
    /// The version of `meta.k8s.io`.
    package var version = "v1"
    package init() {}

    /// - Throws: 400 for a Table with an unknown `includeObject`; other forms do not look at it.
    init(_ query: QueryReader, _ format: OutputFormat) throws(APIStatusError) {
        version = format.metaVersion
        let text = query.string("includeObject")
        guard format.transform == .table, !text.isEmpty else { return }
        guard let include = IncludeObject(rawValue: text) else {
            throw .badRequest(
                "Unable to convert to Table as requested: includeObject: Invalid value: \(GoText.quote(text)): must be "
                    + "'Metadata', 'Object', 'None', or empty")
        }
        includeObject = include
    }
}
