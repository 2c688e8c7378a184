// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// The kernel's connection tracking table, over netlink (`NFNL_SUBSYS_CTNETLINK`).
package enum ConntrackTable {
    private static let get: UInt16 = 0x101
    private static let delete: UInt16 = 0x102
    private static let originalTuple: UInt16 = 1
    private static let replyTuple: UInt16 = 2
    private static let nested: UInt16 = 0x8000

    /// The tracked flows of one family whose destination is translated or may be: all of them.
    package static func flows(_ family: AddressFamily, _ socket: inout NetlinkSocket) throws(NetlinkError)
        -> [TrackedFlow]
    {
        let messages = try socket.send(
            get, flags: .dump, header(family), operation: "list tracked connections")
        return messages.compactMap { flow(NetlinkAttributes($0.body.dropFirst(4))) }
    }

    /// Forgets a flow, so that its next packet is translated anew. One that is gone already is no error.
    package static func delete(_ flow: TrackedFlow, _ socket: inout NetlinkSocket) throws(NetlinkError) {
        var payload = header(flow.originalDestination.family)
        payload.append(attribute: originalTuple | nested, flow.tuple)
        do {
            _ = try socket.send(delete, payload, operation: "delete a tracked connection")
        } catch  where error.isNotFound {
            return
        }
    }

    private static func header(_ family: AddressFamily) -> NetlinkPayload {
        var payload = NetlinkPayload()
        // struct nfgenmsg: family (AF_INET or AF_INET6), version, resource
        payload.append(raw: [family == .v4 ? 2 : 10, 0, 0, 0])
        return payload
    }

    private static func flow(_ attributes: NetlinkAttributes) -> TrackedFlow? {
        guard let tuple = attributes[originalTuple], let original = attributes.nested(originalTuple),
            let reply = attributes.nested(replyTuple), let proto = original.nested(2),
            let number = proto[1]?.first, let port = proto[3], port.count == 2,
            let destination = address(original, v4: 2, v6: 4), let source = address(reply, v4: 1, v6: 3)
        else { return nil }
        return TrackedFlow(
            transport: number, originalDestination: destination,
            originalPort: port.reduce(UInt16(0)) { $0 << 8 | UInt16($1) }, replySource: source, tuple: Array(tuple))
    }

    private static func address(_ tuple: NetlinkAttributes, v4: UInt16, v6: UInt16) -> NetworkAddress? {
        let addresses = tuple.nested(1)
        return addresses?.address(v4) ?? addresses?.address(v6)
    }
}
