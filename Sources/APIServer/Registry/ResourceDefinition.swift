// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
package import KubernetesAPI
package import Store
import Synchronization
package import Wire

/// What the registry must know of a kind beyond its schema: one value for each resource.
///
/// - SeeAlso: the `Strategy` of each registry of kube-apiserver.
package struct ResourceDefinition<Object: RESTObject>: Sendable {
    /// A change of an object by one of its writable faces: the object itself, `status`, `scale`, ...
    package struct Face: Sendable {
        /// Carries over from the old object what this face may not change.
        package var prepare: @Sendable (inout Object, Object, WriteContext) throws(APIStatusError) -> Void
        /// The faults of the new object, and of the change.
        package var validate: @Sendable (Object, Object) -> [FieldError]
        /// The fields that who writes this face can own.
        package var fields = FieldFilter.everything

        package init(
            prepare: @escaping @Sendable (inout Object, Object, WriteContext) throws(APIStatusError) -> Void = {
                (_, _, _) in
            },
            validate: @escaping @Sendable (Object, Object) -> [FieldError] = { _, _ in [] }
        ) {
            self.prepare = prepare
            self.validate = validate
        }
    }

    /// What is written together with an object, in the same transaction.
    package struct Companions: Sendable {
        package var conditions: [StoreTransaction.Condition] = []
        package var mutations: [StoreTransaction.Mutation] = []
        package init() {}
    }

    /// Where objects are kept, for example `/registry/pods/`.
    package var prefix: StoreKey
    /// Whether PUT to a missing name creates it.
    package var createsOnUpdate = false
    /// Whether an update may leave out `resourceVersion`.
    package var allowsUnconditionalUpdate = true
    /// Whether a deletion answers with the object instead of a `Status`.
    package var returnsDeletedObject = false
    /// How long objects live without being written; nil for ever.
    package var timeToLive: Duration?
    /// Sets the defaults of absent fields.
    package var setDefaults: @Sendable (inout Object) -> Void = { _ in }
    /// Makes a new object what it must be before its life begins.
    package var prepareForCreate: @Sendable (inout Object, WriteContext) throws(APIStatusError) -> Void = { (_, _) in }
    /// The faults of a new object.
    package var validate: @Sendable (Object) -> [FieldError] = { _ in [] }
    /// What to say of a sound object that is written: the new one, and the one that it replaces.
    package var warnings: @Sendable (Object, Object?) -> [String] = { _, _ in [] }
    /// The faults of a name; the second argument says whether it is the beginning of a generated one.
    package var validateName: ObjectMetaRules.NameRule = ObjectMetaRules.subdomainName
    /// What finalizers are called.
    package var finalizerNames = ObjectMetaRules.FinalizerNames.standardOrQualified
    /// The writable faces by subresource name; the object itself has the empty name.
    package var faces: [String: Face] = ["": Face()]
    /// The grace period of a deletion in seconds, for kinds that end gracefully; nil where the object goes at once.
    package var gracePeriod: (@Sendable (Object, DeleteOptions) -> Int64)?
    /// Called on an object whose deletion has begun.
    package var prepareForDelete: @Sendable (inout Object) -> Void = { _ in }
    /// Whether an object that is being deleted must stay although it has no finalizer (namespaces).
    package var holdsDeletion: @Sendable (Object) -> Bool = { _ in false }
    /// Allocates what new state needs, or frees what old state had: called right before the commit, again after a clash.
    package var companions: (@Sendable (inout Object?, Object?, WriteContext) async throws -> Companions)?
    /// Reads a stored object; other than the plain JSON where two kinds share the stored form.
    package var decode: @Sendable ([UInt8]) throws -> Object = { try JSONCoding.decode(Object.self, from: $0) }
    /// Writes the JSON to store, with `kind` and `apiVersion` first.
    package var encode: @Sendable (Object, inout JSONWriter) -> Void = { $0.encode(json: &$1) }
    /// The cells of a table's row, where the kind that is stored knows them better.
    package var cells: (@Sendable (Object, Time) -> [JSONValue])?
    /// Whether the stored form is of another kind or version, so that answers cannot be joined from stored bytes.
    package var isView = false

    /// - Parameter prefix: the path of the keys below `/registry/`; nil for the plural.
    package init(prefix: String? = nil) {
        self.prefix = StoreKey("/registry/\(prefix ?? Object.resource.plural)/")
    }
}

/// What a write is about, for the hooks of a kind and for admission.
package struct WriteContext: Sendable {
    package enum Operation: String, Sendable {
        case create = "CREATE", update = "UPDATE", delete = "DELETE", connect = "CONNECT"
    }
    package var operation: Operation
    package var user: RequestUser
    package var namespace: String
    /// Empty for a create whose name is generated.
    package var name: String
    package var subresource = ""
    package var options: WriteOptions
    /// The time of the request.
    package var now: Time
    /// Who becomes the owner of what changes; nil where the write says itself who owns what.
    package var fieldManager: String?
    /// Whether a missing object is created, whatever its kind says (apply).
    package var createsMissing = false
    /// Whether an earlier attempt lost against another writer, so that what was read from caches may be old.
    package var isRetry = false
    /// The request to the API that it is part of; nil for writes of the server itself, which no admission policy sees.
    package var origin: PolicyOrigin?
    /// What rules have to say to the client beside the answer.
    package let warnings = WarningLog()

    package init(
        _ operation: Operation, user: RequestUser, namespace: String, name: String, subresource: String = "",
        options: WriteOptions = WriteOptions(), now: Time
    ) {
        self.operation = operation
        self.user = user
        self.namespace = namespace
        self.name = name
        self.subresource = subresource
        self.options = options
        self.now = now
    }

    package var isDryRun: Bool { options.isDryRun }
}

/// The texts of `Warning` headers, gathered while a request is served.
package final class WarningLog: Sendable {
    private let list = Mutex<[String]>([])

    /// Adds a text, once however often it is found.
    package func add(_ text: String) { list.withLock { if !$0.contains(text) { $0.append(text) } } }

    package var texts: [String] { list.withLock { $0 } }
}
