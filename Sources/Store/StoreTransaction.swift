// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Conditions and the mutations that depend on them.
public struct StoreTransaction: Sendable, Equatable {
    /// What must be true of the newest revision for the mutations to be applied.
    public enum Condition: Sendable, Equatable {
        /// The key does not exist.
        case absent(StoreKey)
        /// The key exists and was last written at the revision.
        case unchanged(StoreKey, since: Revision)
        /// The key exists.
        case present(StoreKey)

        /// The key the condition is about.
        public var key: StoreKey {
            switch self {
            case .absent(let key), .unchanged(let key, _), .present(let key): key
            }
        }
    }

    /// One step of a transaction; later steps see what earlier ones did.
    public enum Mutation: Sendable, Equatable {
        /// Writes a value. With a time to live the key is deleted by the store (with a revision of its own) some time
        /// after it; a later write of the key ends that.
        case put(StoreKey, [UInt8], timeToLive: Duration?)
        /// Deletes a key; nothing happens where it does not exist.
        case delete(StoreKey)
    }

    /// How many mutations one transaction may hold. More are refused with ``StoreError/Code/full``.
    public static let maximumMutations = 65_536

    /// All must hold.
    public var conditions: [Condition]
    /// Applied in order.
    public var mutations: [Mutation]

    /// A transaction of these parts.
    public init(conditions: [Condition], mutations: [Mutation]) {
        self.conditions = conditions
        self.mutations = mutations
    }
}
