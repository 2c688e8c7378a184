// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

extension RouteNetlink {
    /// Marks the routes that the pod network makes (`rtm_protocol`), so that others are left alone.
    private static let owner: UInt8 = 77
    private static let mainTable: UInt8 = 254

    /// Attributes of routes.
    private enum Attribute {
        static let destination: UInt16 = 1, device: UInt16 = 4, gateway: UInt16 = 5
    }

    /// The routes of the pod network over a device.
    package mutating func routes(over link: NetworkLink) throws(NetlinkError) -> [(
        block: CIDR, gateway: NetworkAddress?
    )] {
        let messages = try socket.send(
            MessageType.getRoute, flags: .dump, routeHeader(prefixLength: 0, gateway: nil), operation: "list routes")
        return messages.compactMap { message in
            let attributes = NetlinkAttributes(message.body.dropFirst(12))
            let body = message.body
            guard body.first == Self.ipv4, body.number(at: 4, as: UInt8.self) == Self.mainTable,
                body.number(at: 5, as: UInt8.self) == Self.owner, let length: UInt8 = body.number(at: 1),
                attributes.number(Attribute.device, as: UInt32.self) == link.index,
                let destination = attributes.address(Attribute.destination),
                let block = CIDR(destination, prefixLength: Int(length))
            else { return nil }
            return (block, attributes.address(Attribute.gateway))
        }
    }

    /// Sends a block over a device, in place of any other route of the pod network to it.
    ///
    /// - Parameter gateway: the next hop; it needs no route of its own. `nil` for addresses that are on the link itself.
    package mutating func setRoute(
        _ block: CIDR, gateway: NetworkAddress?, over link: NetworkLink
    ) throws(NetlinkError) {
        _ = try socket.send(
            MessageType.newRoute, flags: [.create, .replace], payload(block, gateway, link),
            operation: "set route to \(block) over \(link.name)")
    }

    /// Removes a route; one that is not there is no error.
    package mutating func deleteRoute(
        _ block: CIDR, gateway: NetworkAddress?, over link: NetworkLink
    ) throws(NetlinkError) {
        do {
            _ = try socket.send(
                MessageType.deleteRoute, payload(block, gateway, link),
                operation: "delete route to \(block) over \(link.name)")
        } catch  where error.isNotFound {
            return
        }
    }

    private func payload(_ block: CIDR, _ gateway: NetworkAddress?, _ link: NetworkLink) -> NetlinkPayload {
        var payload = routeHeader(prefixLength: UInt8(clamping: block.prefixLength), gateway: gateway)
        payload.append(attribute: Attribute.destination, block.network.bytes)
        payload.append(attribute: Attribute.device, number: link.index)
        if let gateway { payload.append(attribute: Attribute.gateway, gateway.bytes) }
        return payload
    }

    /// `struct rtmsg`
    private func routeHeader(prefixLength: UInt8, gateway: NetworkAddress?) -> NetlinkPayload {
        let (universe, onLink, unicast): (UInt8, UInt8, UInt8) = (0, 253, 1)
        let gatewayIsOnLink: UInt32 = 4
        var payload = NetlinkPayload()
        payload.append(raw: [
            Self.ipv4, prefixLength, 0, 0, Self.mainTable, Self.owner, gateway == nil ? onLink : universe, unicast,
        ])
        payload.append(gateway == nil ? 0 : gatewayIsOnLink)
        return payload
    }
}
