// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

/// What admission does with one kind: each hook gets the object with its Swift type.
package struct AdmissionHooks<Object: RESTObject>: Sendable {
    /// Changes an object before its kind prepares and validates it; the second argument is the old object of an update.
    package typealias Mutation = @Sendable (inout Object, Object?, WriteContext) async throws -> Void
    /// Looks at the object as it would be stored.
    package typealias Validation = @Sendable (Object, Object?, WriteContext) async throws -> Void
    package typealias Deletion = @Sendable (Object, DeleteOptions, WriteContext) async throws -> Void

    package var mutating: [Mutation] = []
    package var validating: [Validation] = []
    package var deleting: [Deletion] = []
    package init() {}

    /// Adds a mutation of one certain kind; nothing where this is another.
    package mutating func mutate<Kind: RESTObject>(
        _: Kind.Type, _ body: @escaping @Sendable (inout Kind, Kind?, WriteContext) async throws -> Void
    ) {
        guard let body = body as? Mutation else { return }
        mutating.append(body)
    }

    /// Adds a check of one certain kind; nothing where this is another.
    package mutating func validate<Kind: RESTObject>(
        _: Kind.Type, _ body: @escaping @Sendable (Kind, Kind?, WriteContext) async throws -> Void
    ) {
        guard let body = body as? Validation else { return }
        validating.append(body)
    }
}

/// A part of admission, by the name that Kubernetes gives the plugin.
///
/// It adds hooks to the kinds it is about: called once for each kind when the server is put together.
package protocol AdmissionPlugin: Sendable {
    /// For example `NamespaceLifecycle`.
    static var name: String { get }

    /// Adds what the plugin does with a kind.
    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>)
}
