// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

extension RouteNetlink {
    /// Attributes of neighbours.
    private enum Attribute {
        static let destination: UInt16 = 1, hardwareAddress: UInt16 = 2
    }

    /// Entries that stay until they are deleted.
    private static let permanent: UInt16 = 0x80
    /// Entries of the device itself, not of a bridge that it is part of.
    private static let ofDevice: UInt8 = 2

    /// The permanent neighbours on a device.
    package mutating func neighbours(
        on link: NetworkLink
    ) throws(NetlinkError) -> [NetworkAddress: HardwareAddress] {
        let entries = try entries(Self.ipv4, link, "list neighbours")
        return Dictionary(entries.map { ($0.address, $0.hardware) }) { first, _ in first }
    }

    /// The forwarding entries of a tunnel device: where each hardware address is.
    package mutating func forwarding(
        on link: NetworkLink
    ) throws(NetlinkError) -> [HardwareAddress: NetworkAddress] {
        let entries = try entries(Self.bridgeFamily, link, "list forwarding entries")
        return Dictionary(entries.map { ($0.hardware, $0.address) }) { first, _ in first }
    }

    /// Says which hardware address a neighbour has.
    package mutating func setNeighbour(
        _ address: NetworkAddress, _ hardware: HardwareAddress, on link: NetworkLink
    ) throws(NetlinkError) {
        try change(MessageType.newNeighbour, [.create, .replace], Self.ipv4, address, hardware, link)
    }

    /// Forgets a neighbour.
    package mutating func deleteNeighbour(_ address: NetworkAddress, on link: NetworkLink) throws(NetlinkError) {
        try change(MessageType.deleteNeighbour, [], Self.ipv4, address, nil, link)
    }

    /// Says at which node a hardware address is.
    package mutating func setForwarding(
        _ hardware: HardwareAddress, to node: NetworkAddress, on link: NetworkLink
    ) throws(NetlinkError) {
        try change(MessageType.newNeighbour, [.create, .replace], Self.bridgeFamily, node, hardware, link)
    }

    /// Forgets at which node a hardware address is.
    package mutating func deleteForwarding(
        _ hardware: HardwareAddress, to node: NetworkAddress, on link: NetworkLink
    ) throws(NetlinkError) {
        try change(MessageType.deleteNeighbour, [], Self.bridgeFamily, node, hardware, link)
    }

    private mutating func entries(
        _ family: UInt8, _ link: NetworkLink, _ operation: String
    ) throws(NetlinkError) -> [(address: NetworkAddress, hardware: HardwareAddress)] {
        var payload = header(family, 0)
        // A dump of forwarding entries takes a `struct ifinfomsg`, which is longer.
        if family == Self.bridgeFamily { payload.append(UInt32(0)) }
        var found: [(address: NetworkAddress, hardware: HardwareAddress)] = []
        for message in try socket.send(MessageType.getNeighbour, flags: .dump, payload, operation: operation) {
            let attributes = NetlinkAttributes(message.body.dropFirst(12))
            guard message.body.first == family, message.body.number(at: 4, as: UInt32.self) == link.index,
                let state: UInt16 = message.body.number(at: 8), state & Self.permanent != 0,
                let address = attributes.address(Attribute.destination),
                let hardware = attributes[Attribute.hardwareAddress].flatMap({ HardwareAddress($0) })
            else { continue }
            found.append((address, hardware))
        }
        return found
    }

    private mutating func change(
        _ type: UInt16, _ flags: NetlinkSocket.Flags, _ family: UInt8, _ address: NetworkAddress,
        _ hardware: HardwareAddress?, _ link: NetworkLink
    ) throws(NetlinkError) {
        var payload = header(family, link.index)
        payload.append(attribute: Attribute.destination, address.bytes)
        if let hardware { payload.append(attribute: Attribute.hardwareAddress, hardware.bytes) }
        do {
            _ = try socket.send(type, flags: flags, payload, operation: "change neighbour \(address) on \(link.name)")
        } catch  where error.isNotFound && type == MessageType.deleteNeighbour {
            return
        }
    }

    /// `struct ndmsg`
    private func header(_ family: UInt8, _ index: UInt32) -> NetlinkPayload {
        var payload = NetlinkPayload()
        payload.append(UInt32(family))
        payload.append(index)
        payload.append(Self.permanent)
        payload.append(raw: [family == Self.bridgeFamily ? Self.ofDevice : 0, 0])
        return payload
    }
}
