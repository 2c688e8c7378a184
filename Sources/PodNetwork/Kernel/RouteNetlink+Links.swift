// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// A network device.
package struct NetworkLink: Equatable, Sendable {
    package var index: UInt32
    package var name: String
    /// The kind of a virtual device, such as `bridge`; empty for others.
    package var kind: String
    package var mtu: Int
    package var hardwareAddress: HardwareAddress?
    package var isUp: Bool
    /// The settings of the kind, in the kernel's form.
    var settings: NetlinkAttributes?
}

extension RouteNetlink {
    /// Attributes of links.
    private enum Attribute {
        static let hardwareAddress: UInt16 = 1, name: UInt16 = 3, mtu: UInt16 = 4, info: UInt16 = 18
        static let kind: UInt16 = 1, settings: UInt16 = 2
    }

    /// Attributes of VXLAN devices.
    private enum VXLANAttribute {
        static let identifier: UInt16 = 1, local: UInt16 = 4, learning: UInt16 = 7, port: UInt16 = 15
    }

    /// All network devices.
    package mutating func links() throws(NetlinkError) -> [NetworkLink] {
        try socket.send(MessageType.getLink, flags: .dump, linkHeader(), operation: "list links").compactMap(Self.link)
    }

    /// The device with a name; `nil` if there is none.
    package mutating func link(named name: String) throws(NetlinkError) -> NetworkLink? {
        try links().first { $0.name == name }
    }

    /// Makes a bridge and returns it.
    package mutating func addBridge(_ bridge: NetworkPlan.Bridge) throws(NetlinkError) -> NetworkLink {
        try addLink(bridge.name, bridge.hardwareAddress, mtu: bridge.mtu, kind: "bridge") { _ in }
    }

    /// Makes a VXLAN device and returns it. It learns nothing from traffic: what it knows is set.
    package mutating func addOverlay(_ overlay: NetworkPlan.Overlay) throws(NetlinkError) -> NetworkLink {
        try addLink(overlay.name, overlay.hardwareAddress, mtu: overlay.mtu, kind: "vxlan") { settings in
            settings.append(attribute: VXLANAttribute.identifier, number: overlay.identifier)
            settings.append(attribute: VXLANAttribute.local, overlay.local.bytes)
            settings.append(attribute: VXLANAttribute.learning, number: UInt8(0))
            settings.append(attribute: VXLANAttribute.port, number: overlay.port.bigEndian)
        }
    }

    /// Sets what may be changed on a device that is there, and takes it up.
    package mutating func configure(
        _ link: NetworkLink, hardwareAddress: HardwareAddress, mtu: Int
    ) throws(NetlinkError) {
        if link.isUp, link.hardwareAddress == hardwareAddress, link.mtu == mtu { return }
        let up: UInt32 = 1
        var payload = linkHeader(index: link.index, flags: up, change: up)
        payload.append(attribute: Attribute.hardwareAddress, hardwareAddress.bytes)
        payload.append(attribute: Attribute.mtu, number: UInt32(clamping: mtu))
        _ = try socket.send(MessageType.newLink, payload, operation: "configure link \(link.name)")
    }

    /// Removes a device; one that is not there is no error.
    package mutating func deleteLink(named name: String) throws(NetlinkError) {
        var payload = linkHeader()
        payload.append(attribute: Attribute.name, text: name)
        do {
            _ = try socket.send(MessageType.deleteLink, payload, operation: "delete link \(name)")
        } catch  where error.isNotFound {
            return
        }
    }

    private mutating func addLink(
        _ name: String, _ hardwareAddress: HardwareAddress, mtu: Int, kind: String,
        settings: (inout NetlinkPayload) -> Void
    ) throws(NetlinkError) -> NetworkLink {
        var payload = linkHeader()
        payload.append(attribute: Attribute.name, text: name)
        payload.append(attribute: Attribute.hardwareAddress, hardwareAddress.bytes)
        payload.append(attribute: Attribute.mtu, number: UInt32(clamping: mtu))
        payload.append(nested: Attribute.info) { info in
            info.append(attribute: Attribute.kind, text: kind)
            info.append(nested: Attribute.settings) { settings(&$0) }
        }
        let operation = "add \(kind) \(name)"
        _ = try socket.send(MessageType.newLink, flags: [.create, .exclusive], payload, operation: operation)
        guard let link = try link(named: name) else { throw NetlinkError(errno: 19, operation: operation) }
        return link
    }

    /// `struct ifinfomsg`
    private func linkHeader(index: UInt32 = 0, flags: UInt32 = 0, change: UInt32 = 0) -> NetlinkPayload {
        var payload = NetlinkPayload()
        payload.append(UInt32(0))
        payload.append(index)
        payload.append(flags)
        payload.append(change)
        return payload
    }

    private static func link(_ message: NetlinkMessage) -> NetworkLink? {
        let attributes = NetlinkAttributes(message.body.dropFirst(16))
        guard message.type == MessageType.newLink, let index: UInt32 = message.body.number(at: 4),
            let flags: UInt32 = message.body.number(at: 8), let name = attributes.text(Attribute.name)
        else { return nil }
        let info = attributes.nested(Attribute.info)
        return NetworkLink(
            index: index, name: name, kind: info?.text(Attribute.kind) ?? "",
            mtu: attributes.number(Attribute.mtu, as: UInt32.self).map { Int($0) } ?? 0,
            hardwareAddress: attributes[Attribute.hardwareAddress].flatMap { HardwareAddress($0) },
            isUp: flags & 1 == 1,
            settings: info?.nested(Attribute.settings))
    }
}

extension NetworkLink {
    /// Whether the device is a tunnel with these settings, which cannot be changed on one that exists.
    func hasSettings(of overlay: NetworkPlan.Overlay) -> Bool {
        kind == "vxlan" && settings?.number(1, as: UInt32.self) == overlay.identifier
            && settings?.address(4) == overlay.local
            && settings?.number(15, as: UInt16.self) == overlay.port.bigEndian
    }
}
