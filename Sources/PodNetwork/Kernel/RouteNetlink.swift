// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// The kernel's links, addresses, routes and neighbours, over rtnetlink (`linux/rtnetlink.h`, `linux/if_link.h`).
///
/// All calls act in the network namespace in which the value was made.
package struct RouteNetlink: ~Copyable {
    /// Message types.
    enum MessageType {
        static let newLink: UInt16 = 16, deleteLink: UInt16 = 17, getLink: UInt16 = 18
        static let newAddress: UInt16 = 20, deleteAddress: UInt16 = 21, getAddress: UInt16 = 22
        static let newRoute: UInt16 = 24, deleteRoute: UInt16 = 25, getRoute: UInt16 = 26
        static let newNeighbour: UInt16 = 28, deleteNeighbour: UInt16 = 29, getNeighbour: UInt16 = 30
    }

    static let ipv4: UInt8 = 2
    static let bridgeFamily: UInt8 = 7

    var socket: NetlinkSocket

    /// Opens a netlink socket.
    package init() throws(NetlinkError) {
        socket = try NetlinkSocket(.route)
    }
}
