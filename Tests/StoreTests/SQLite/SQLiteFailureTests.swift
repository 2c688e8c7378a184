// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Testing

@testable import Store

struct SQLiteFailureTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var code: Int32
        var systemError: Int32 = 0
        var expected: StoreError.Code
        var testDescription: String { name }
    }

    @Test(
        "what SQLite says becomes a code that callers can act on",
        arguments: [
            Case(name: "SQLITE_CORRUPT", code: 11, expected: .corrupt),
            Case(name: "SQLITE_CORRUPT_INDEX", code: 779, expected: .corrupt),
            Case(name: "SQLITE_NOTADB", code: 26, expected: .corrupt),
            Case(name: "SQLITE_FULL", code: 13, expected: .full),
            Case(name: "SQLITE_IOERR_WRITE, no space", code: 778, systemError: ENOSPC, expected: .full),
            Case(name: "SQLITE_IOERR_SHMSIZE, quota", code: 4_874, systemError: EDQUOT, expected: .full),
            Case(name: "SQLITE_IOERR_FSYNC", code: 1_034, systemError: EIO, expected: .unavailable),
            Case(name: "SQLITE_BUSY", code: 5, expected: .unavailable),
            Case(name: "SQLITE_READONLY", code: 8, expected: .unavailable),
        ])
    func mapping(_ c: Case) {
        let error = SQLiteFailure(code: c.code, systemError: c.systemError, message: "words").storeError(path: "/db")
        #expect(error.code == c.expected)
        #expect(error.message.contains("/db"))
        #expect(error.cause is SQLiteFailure)
    }
}
