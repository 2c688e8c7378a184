// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

struct Base64Tests {
    @Test(
        "a fault is where Go finds it",
        arguments: [
            ("hello", 4), ("aGVsbG8", 4), ("aGVsbG8=", nil), ("!!", 0), ("a===", 1), ("aa=", 3), ("aa=b", 2),
            ("aaa=b", 4), ("", nil), ("aGVs\nbG8=", nil), ("====", 0), ("aaaa=", 4),
        ])
    func fault(_ text: String, _ offset: Int?) {
        let bytes = Array(text.utf8)
        guard let offset else {
            #expect(Base64.decode(bytes) != nil)
            return
        }
        #expect(Base64.decode(bytes) == nil)
        #expect(Base64.faultOffset(bytes) == offset)
    }
}
