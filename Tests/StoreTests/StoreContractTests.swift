// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import MartletTestKit
import Store
import Testing

/// All engines pass one contract.
struct StoreContractTests {
    @Test("the engine in memory keeps the contract", arguments: StoreContract.cases)
    func memory(_ contract: StoreContract.Case) async throws {
        let clock = ManualClock()
        let store = MemoryStore(clock: clock, historyWindow: StoreContract.historyWindow)
        try await contract.run(on: store, clock: clock)
    }

    @Test("the engine on SQLite keeps the contract", arguments: StoreContract.cases)
    func sqlite(_ contract: StoreContract.Case) async throws {
        try await withTemporaryDirectory { directory in
            let clock = ManualClock()
            let store = try await SQLiteStore.open(
                path: "\(directory)/state.sqlite",
                options: SQLiteStore.Options(historyWindow: StoreContract.historyWindow), clock: clock)
            try await contract.run(on: store, clock: clock)
        }
    }
}
