// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import Assembly

struct MappedFilesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var map: String
        var expected: [Range<UInt>]
        var testDescription: String { name }
    }

    @Test(
        "only what the kernel can read again is given back",
        arguments: [
            Case(
                name: "code",
                map: "1000-3000 r-xp 00001000 08:01 77                 /usr/bin/martlet\nSize: 8 kB\nAnonymous: 0 kB\n",
                expected: [0x1000..<0x3000]),
            Case(
                name: "tables that the linker has changed",
                map: "1000-3000 r--p 00001000 08:01 77  /usr/bin/martlet\nAnonymous:             4 kB\n", expected: []),
            Case(
                name: "data", map: "1000-3000 rw-p 00001000 08:01 77  /usr/bin/martlet\nAnonymous: 0 kB\n", expected: []
            ),
            Case(name: "heap", map: "1000-3000 r--p 00000000 00:00 0  [heap]\nAnonymous: 0 kB\n", expected: []),
            Case(name: "no file", map: "1000-3000 r-xp 00000000 00:00 0\nAnonymous: 0 kB\n", expected: []),
            Case(
                name: "shared", map: "1000-3000 r--s 00000000 08:01 9 /data/state.sqlite-shm\nAnonymous: 0 kB\n",
                expected: []),
            Case(
                name: "two",
                map:
                    "1000-2000 r--p 0 08:01 7 /a b\nRss: 4 kB\nAnonymous: 0 kB\n2000-3000 r-xp 0 08:01 7 /a b\nAnonymous: 0 kB\n",
                expected: [0x1000..<0x2000, 0x2000..<0x3000]),
            Case(
                name: "nonsense",
                map: "x-y r-xp 0 0 0 /a\nAnonymous: 0 kB\n3000-1000 r-xp 0 08:01 7 /a\nAnonymous: 0 kB\n", expected: []),
        ])
    func unchanged(_ c: Case) { #expect(MappedFiles.unchanged(in: Array(c.map.utf8)) == c.expected) }
}
