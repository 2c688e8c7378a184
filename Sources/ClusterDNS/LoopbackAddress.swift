// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// An address of this host alone, added to the loopback device, so that a server may listen on it before there is any other link.
package enum LoopbackAddress {
    private static let newAddress: UInt16 = 20
    private static let deleteAddress: UInt16 = 21
    /// The loopback device is always the first of its network namespace.
    private static let index: UInt32 = 1
    /// Addresses with this scope are used by this host alone.
    private static let hostScope: UInt8 = 254

    /// Adds an address; one that is there is no error.
    package static func add(_ address: NetworkAddress) throws(NetlinkError) {
        var socket = try NetlinkSocket(.route)
        _ = try socket.send(
            newAddress, flags: [.create, .replace], payload(address), operation: "add address \(address) to lo")
    }

    /// Removes an address; one that is not there is no error.
    package static func remove(_ address: NetworkAddress) throws(NetlinkError) {
        var socket = try NetlinkSocket(.route)
        do {
            _ = try socket.send(deleteAddress, payload(address), operation: "delete address \(address) of lo")
        } catch  where error.isNotFound {
            return
        }
    }

    /// `struct ifaddrmsg` and the address, twice: as local one and as that of the link.
    private static func payload(_ address: NetworkAddress) -> NetlinkPayload {
        var payload = NetlinkPayload()
        let family: UInt8 = address.family == .v4 ? 2 : 10
        payload.append(raw: [family, UInt8(clamping: address.family.bitWidth), 0, hostScope])
        payload.append(index)
        payload.append(attribute: 1, address.bytes)
        payload.append(attribute: 2, address.bytes)
        return payload
    }
}
