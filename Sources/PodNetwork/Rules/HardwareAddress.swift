// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// An Ethernet address.
package struct HardwareAddress: Hashable, Sendable, CustomStringConvertible {
    package var bytes: [UInt8]

    /// Makes an address of six bytes.
    ///
    /// - Returns: `nil` for any other count.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 6 else { return nil }
        self.bytes = Array(bytes)
    }

    /// The address that belongs to an IPv4 address: locally administered, and the same on every node that works it out, so
    /// that nodes need not tell each other theirs.
    package init(for address: NetworkAddress) {
        bytes = [0x0a, 0x58] + address.bytes.suffix(4)
    }

    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
