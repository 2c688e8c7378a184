// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

struct NetworkAddressTests {
    @Test(
        "text that is an address comes back in its canonical form",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("10.96.0.10", "10.96.0.10"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("fd00::10.1.2.3", "fd00::a01:203"), ("::ffff:10.1.2.3", "::ffff:10.1.2.3"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ])
    func roundTrip(text: String, canonical: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.description == canonical)
        #expect(NetworkAddress(bytes: address.bytes) == address)
        #expect(NetworkAddress(address.description) == address)
    }

    @Test(
        "text that is no address is refused",
        arguments: [
            "", ".", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.0.0.1", "1.2.3.-4", "1.2.3.+4", " 1.2.3.4", "1.2.3.4/8",
            "a.b.c.d",
            ":", ":::", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1::", "12345::", "1:2:3:4:5:6:7:8::", "::1.2.3",
            "::1%lo",
            "1.2.3.4::", "g::", "+1::", "::-1", "1:2:3:4:5:6:7:1.2.3.4",
        ])
    func refused(text: String) { #expect(NetworkAddress(text) == nil) }

    @Test("bytes of another length are refused", arguments: [0, 3, 5, 15, 17])
    func bytes(count: Int) { #expect(NetworkAddress(bytes: [UInt8](repeating: 1, count: count)) == nil) }

    @Test("advancing stops at the end of the family")
    func advance() {
        #expect(NetworkAddress("10.0.0.255")?.advanced(by: 1)?.description == "10.0.1.0")
        #expect(NetworkAddress("255.255.255.255")?.advanced(by: 1) == nil)
        #expect(NetworkAddress.v6(.max).advanced(by: 1) == nil)
    }
}
