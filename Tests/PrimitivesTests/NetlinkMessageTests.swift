// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing

struct NetlinkMessageTests {
    @Test("attributes that were written are read back")
    func roundTrip() {
        var payload = NetlinkPayload()
        payload.append(attribute: 1, number: UInt32(77))
        payload.append(attribute: 2, text: "eth0")
        payload.append(nested: 3) { $0.append(attribute: 5, [10, 0, 0, 1]) }
        let attributes = NetlinkAttributes(payload.bytes[...])
        #expect(attributes.number(1, as: UInt32.self) == 77)
        #expect(attributes.text(2) == "eth0")
        #expect(attributes.nested(3)?.address(5)?.description == "10.0.0.1")
        #expect(attributes[9] == nil && attributes.number(2, as: UInt64.self) == nil)
        #expect(payload.bytes.count % 4 == 0)
    }

    @Test(
        "bytes that make no sense end the reading",
        arguments: [
            [], [1], [4, 0, 0], [3, 0, 1, 0], [255, 255, 1, 0, 9], [0, 0, 0, 0, 0, 0, 0, 0],
        ] as [[UInt8]])
    func broken(bytes: [UInt8]) {
        #expect(NetlinkAttributes(bytes[...]) == NetlinkAttributes([]))
        #expect(NetlinkMessage.parse(bytes[...]).isEmpty)
    }

    @Test("a message with a length beyond the buffer is not read")
    func truncated() {
        var payload = NetlinkPayload()
        payload.append(UInt32(64))
        payload.append(raw: [UInt8](repeating: 0, count: 20))
        #expect(NetlinkMessage.parse(payload.bytes[...]).isEmpty)
    }

    @Test("the kernel answers a dump of links with the loopback device")
    func links() throws {
        var socket = try NetlinkSocket(.route)
        var payload = NetlinkPayload()
        payload.append(raw: [UInt8](repeating: 0, count: 16))
        let links = try socket.send(18, flags: .dump, payload, operation: "list links")
        #expect(links.contains { NetlinkAttributes($0.body.dropFirst(16)).text(3) == "lo" })
    }

    @Test("a missing setting says so")
    func missingSetting() throws {
        let failure = #expect(throws: Sysctl.Failure.self) { try Sysctl.read("net/ipv4/martlet_none") }
        #expect(failure?.isMissing == true && failure?.key == "net/ipv4/martlet_none")
        #expect(["0", "1"].contains(try Sysctl.read("net/ipv4/ip_forward")))
    }
}
