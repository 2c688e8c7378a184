// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// Makes the kernel's network like a plan: changes what differs, touches nothing else.
package enum NetworkApplier {
    /// Makes or corrects the bridge, with its address and routes.
    package static func apply(
        _ plan: NetworkPlan.Bridge, _ netlink: inout RouteNetlink
    ) throws(NetlinkError) {
        let link: NetworkLink
        if let known = try netlink.link(named: plan.name) { link = known } else { link = try netlink.addBridge(plan) }
        try netlink.configure(link, hardwareAddress: plan.hardwareAddress, mtu: plan.mtu)
        try netlink.setAddress(plan.address, prefixLength: plan.prefixLength, of: link)
        let known = try netlink.routes(over: link)
        for route in known where !plan.routes.contains(route.block) {
            try netlink.deleteRoute(route.block, gateway: route.gateway, over: link)
        }
        for block in plan.routes where !known.contains(where: { $0.block == block }) {
            try netlink.setRoute(block, gateway: nil, over: link)
        }
    }

    /// Makes or corrects the tunnel device and its peers.
    package static func apply(
        _ plan: NetworkPlan.Overlay, _ netlink: inout RouteNetlink
    ) throws(NetlinkError) {
        var link = try netlink.link(named: plan.name)
        if let known = link, !known.hasSettings(of: plan) {
            try netlink.deleteLink(named: plan.name)
            link = nil
        }
        let device: NetworkLink
        if let link { device = link } else { device = try netlink.addOverlay(plan) }
        try netlink.configure(device, hardwareAddress: plan.hardwareAddress, mtu: plan.mtu)
        try netlink.setAddress(plan.address, prefixLength: 32, of: device)
        let actions = try state(of: device, &netlink).actions(to: OverlayState(peers: plan.peers))
        for action in actions { try perform(action, device, &netlink) }
    }

    /// What the kernel has for a tunnel device.
    package static func state(
        of device: NetworkLink, _ netlink: inout RouteNetlink
    ) throws(NetlinkError) -> OverlayState {
        var state = OverlayState()
        for route in try netlink.routes(over: device) {
            if let gateway = route.gateway { state.routes.insert(.init(block: route.block, gateway: gateway)) }
        }
        state.neighbours = try netlink.neighbours(on: device)
        state.forwarding = try netlink.forwarding(on: device)
        return state
    }

    /// The packet size of the device that has an address; 1500 where none has it.
    package static func mtu(
        ofDeviceWith address: NetworkAddress, _ netlink: inout RouteNetlink
    ) throws(NetlinkError) -> Int {
        guard let found = try netlink.addresses().first(where: { $0.address == address }) else { return 1500 }
        return try netlink.links().first { $0.index == found.index }?.mtu ?? 1500
    }

    private static func perform(
        _ action: OverlayState.Action, _ device: NetworkLink, _ netlink: inout RouteNetlink
    ) throws(NetlinkError) {
        switch action {
        case .setForwarding(let hardware, let node): try netlink.setForwarding(hardware, to: node, on: device)
        case .setNeighbour(let address, let hardware): try netlink.setNeighbour(address, hardware, on: device)
        case .setRoute(let route): try netlink.setRoute(route.block, gateway: route.gateway, over: device)
        case .deleteRoute(let route): try netlink.deleteRoute(route.block, gateway: route.gateway, over: device)
        case .deleteNeighbour(let address): try netlink.deleteNeighbour(address, on: device)
        case .deleteForwarding(let hardware, let node): try netlink.deleteForwarding(hardware, to: node, on: device)
        }
    }
}
