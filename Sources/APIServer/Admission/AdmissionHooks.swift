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
    /// Makes what is written in the same transaction as an object: called right before each commit, again after a clash.
    package typealias Accounting =
        @Sendable (Object, Object?, WriteContext) async throws -> ResourceDefinition<Object>.Companions?

    package var mutating: [Mutation] = []
    package var validating: [Validation] = []
    package var deleting: [Deletion] = []
    package var accounting: [Accounting] = []
    /// Waits until the write may be accounted for; nil where it needs not wait.
    package var turn: (@Sendable (WriteContext) async throws -> AdmissionTurn?)?
    package init() {}

    /// Waits for the turn of a write; whoever takes it ends it.
    func takeTurn(_ context: WriteContext) async throws -> AdmissionTurn? { try await turn?(context) }

    /// Adds what accounting writes together with an object.
    func addCompanions(
        to companions: inout ResourceDefinition<Object>.Companions, _ object: Object, _ old: Object?,
        _ context: WriteContext
    ) async throws {
        for account in accounting {
            guard let more = try await account(object, old, context) else { continue }
            companions.conditions += more.conditions
            companions.mutations += more.mutations
        }
    }

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

extension AdmissionHooks {
    /// Adds what accounting of one certain kind writes; nothing where this is another.
    package mutating func account<Kind: RESTObject>(
        _: Kind.Type,
        _ body: @escaping @Sendable (Kind, Kind?, WriteContext) async throws -> ResourceDefinition<Kind>.Companions?
    ) {
        guard let body = body as? Accounting else { return }
        accounting.append(body)
    }
}

/// The right to account for a write before others that touch the same accounts.
package final class AdmissionTurn: Sendable {
    private let onEnd: @Sendable () -> Void

    init(onEnd: @escaping @Sendable () -> Void) { self.onEnd = onEnd }

    /// Lets the next one in. To be called once.
    func end() { onEnd() }
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
