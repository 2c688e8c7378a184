// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// The type of a resource record or question.
package struct DNSType: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package static let a = DNSType(rawValue: 1)
    package static let ns = DNSType(rawValue: 2)
    package static let cname = DNSType(rawValue: 5)
    package static let soa = DNSType(rawValue: 6)
    package static let ptr = DNSType(rawValue: 12)
    package static let txt = DNSType(rawValue: 16)
    package static let aaaa = DNSType(rawValue: 28)
    package static let srv = DNSType(rawValue: 33)
    package static let opt = DNSType(rawValue: 41)
    package static let any = DNSType(rawValue: 255)
}

/// The outcome of a query (RFC 1035, section 4.1.1).
package enum DNSResponseCode: UInt8, Sendable {
    case noError = 0
    case formatError = 1
    case serverFailure = 2
    case nameError = 3
    case notImplemented = 4
    case refused = 5
}

/// A resource record of the class IN.
package struct DNSRecord: Equatable, Sendable {
    /// What a record says.
    package enum Value: Equatable, Sendable {
        case address(NetworkAddress)
        case canonicalName(DNSName)
        case nameServer(DNSName)
        case pointer(DNSName)
        case text(String)
        case service(priority: UInt16, weight: UInt16, port: UInt16, target: DNSName)
        /// - minimum: how long "no such name" may be kept, in seconds.
        case authority(server: DNSName, mailbox: DNSName, serial: UInt32, minimum: UInt32)
    }

    package var name: DNSName
    /// How long the record may be kept, in seconds.
    package var timeToLive: UInt32
    package var value: Value

    package init(_ name: DNSName, timeToLive: UInt32, _ value: Value) {
        self.name = name
        self.timeToLive = timeToLive
        self.value = value
    }

    /// The type of the record.
    package var type: DNSType {
        switch value {
        case .address(let address): address.family == .v4 ? .a : .aaaa
        case .canonicalName: .cname
        case .nameServer: .ns
        case .pointer: .ptr
        case .text: .txt
        case .service: .srv
        case .authority: .soa
        }
    }
}
