// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Store

/// What every ``Store`` must do, as cases that each run on a fresh, empty store. All engines run all of them.
///
///     @Test(arguments: StoreContract.cases)
///     func memory(_ contract: StoreContract.Case) async throws {
///         let clock = ManualClock()
///         try await contract.run(on: MemoryStore(clock: clock), clock: clock)
///     }
public enum StoreContract {
    /// One thing to show.
    public struct Case: Sendable, CustomStringConvertible {
        /// A sentence.
        public var name: String
        private let body: @Sendable (any Store, ManualClock) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (any Store, ManualClock) async throws -> Void) {
            self.name = name
            self.body = body
        }

        /// A case told as a script of commands and what they print; see ``StoreScenario``.
        init(_ name: String, script: String) {
            self.init(name) { store, clock in try await StoreScenario(store: store, clock: clock).check(script) }
        }

        public var description: String { name }

        /// Runs the case, then closes the store.
        ///
        /// - Parameters:
        ///   - store: fresh and empty, with a history window of ``historyWindow``.
        ///   - clock: the clock that the store was made with.
        /// - Throws: ``StoreContract/Failure`` where the store breaks the contract.
        public func run(on store: any Store, clock: ManualClock) async throws {
            do {
                try await body(store, clock)
            } catch {
                await store.close()
                throw error
            }
            await store.close()
        }
    }

    /// The history window that the cases count on.
    public static let historyWindow: Duration = .seconds(300)

    /// A broken promise.
    public struct Failure: Error, CustomStringConvertible {
        /// What was found and what was expected.
        public var description: String
    }

    /// All cases.
    public static let cases: [Case] = writing + reading + watching + forgetting + time + ending + concurrency

    /// Throws a ``Failure`` where `condition` is false.
    static func expect(
        _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
    ) throws(Failure) {
        if !condition { throw Failure(description: "\(file):\(line): \(message())") }
    }
}

extension Store {
    /// Writes one key without any condition.
    func put(_ key: StoreKey, _ text: String) async throws(StoreError) -> Revision {
        try await commit(
            StoreTransaction(conditions: [], mutations: [.put(key, Array(text.utf8), timeToLive: nil)]))
    }
}
