// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// An address of a device.
package struct LinkAddress: Hashable, Sendable {
    package var index: UInt32
    package var address: NetworkAddress
    package var prefixLength: Int
}

extension RouteNetlink {
    /// All IPv4 addresses of all devices.
    package mutating func addresses() throws(NetlinkError) -> [LinkAddress] {
        let messages = try socket.send(
            MessageType.getAddress, flags: .dump, addressHeader(prefixLength: 0, index: 0), operation: "list addresses")
        return messages.compactMap { message in
            let attributes = NetlinkAttributes(message.body.dropFirst(8))
            guard message.body.first == Self.ipv4, let length: UInt8 = message.body.number(at: 1),
                let index: UInt32 = message.body.number(at: 4),
                let address = attributes.address(2) ?? attributes.address(1)
            else { return nil }
            return LinkAddress(index: index, address: address, prefixLength: Int(length))
        }
    }

    /// Makes `address` the only IPv4 address of the device.
    package mutating func setAddress(
        _ address: NetworkAddress, prefixLength: Int, of link: NetworkLink
    ) throws(NetlinkError) {
        let wanted = LinkAddress(index: link.index, address: address, prefixLength: prefixLength)
        let known = try addresses().filter { $0.index == link.index }
        for other in known where other != wanted {
            _ = try socket.send(
                MessageType.deleteAddress, payload(other), operation: "delete address \(other.address) of \(link.name)")
        }
        if known.contains(wanted) { return }
        _ = try socket.send(
            MessageType.newAddress, flags: [.create, .replace], payload(wanted),
            operation: "add address \(address)/\(prefixLength) to \(link.name)")
    }

    /// Adds an address to a device, beside those it has; one that is there is no error.
    package mutating func addAddress(
        _ address: NetworkAddress, prefixLength: Int, to link: NetworkLink
    ) throws(NetlinkError) {
        let wanted = LinkAddress(index: link.index, address: address, prefixLength: prefixLength)
        _ = try socket.send(
            MessageType.newAddress, flags: [.create, .replace], payload(wanted),
            operation: "add address \(address)/\(prefixLength) to \(link.name)")
    }

    /// Takes an address from a device; one that is not there is no error.
    package mutating func deleteAddress(
        _ address: NetworkAddress, prefixLength: Int, of link: NetworkLink
    ) throws(NetlinkError) {
        let wanted = LinkAddress(index: link.index, address: address, prefixLength: prefixLength)
        do {
            _ = try socket.send(
                MessageType.deleteAddress, payload(wanted), operation: "delete address \(address) of \(link.name)")
        } catch  where error.isNotFound {
            return
        }
    }

    private func payload(_ address: LinkAddress) -> NetlinkPayload {
        var payload = addressHeader(prefixLength: UInt8(clamping: address.prefixLength), index: address.index)
        payload.append(attribute: 1, address.address.bytes)
        payload.append(attribute: 2, address.address.bytes)
        return payload
    }

    /// `struct ifaddrmsg`
    private func addressHeader(prefixLength: UInt8, index: UInt32) -> NetlinkPayload {
        var payload = NetlinkPayload()
        payload.append(raw: [Self.ipv4, prefixLength, 0, 0])
        payload.append(index)
        return payload
    }
}
