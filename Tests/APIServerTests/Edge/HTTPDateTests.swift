// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIServer

struct HTTPDateTests {
    @Test(
        "times are written as HTTP wants them",
        arguments: [
            (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_164_799, "Wed, 28 Feb 2024 23:59:59 GMT"),
            (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"), (-5, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ])
    func text(_ seconds: Int64, _ expected: String) { #expect(HTTPDate.text(secondsSince1970: seconds) == expected) }
}
