// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc

/// The kernel's refusal of a netlink request, or a socket that failed.
public struct NetlinkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The `errno` value.
    public var errno: Int32
    /// What was asked for, such as "add route 10.244.1.0/24".
    public var operation: String

    /// Makes an error.
    public init(errno: Int32, operation: String) {
        self.errno = errno
        self.operation = operation
    }

    /// Whether the thing to add is there already.
    public var isExists: Bool { errno == EEXIST }

    /// Whether the thing to delete or to ask for is not there.
    public var isNotFound: Bool { [ENOENT, ESRCH, ENODEV, EADDRNOTAVAIL].contains(errno) }

    public var description: String { "cannot \(operation): \(String(cString: strerror(errno)))" }
}

/// A netlink socket: one request at a time, answered by the kernel without waiting for anything else.
public struct NetlinkSocket: ~Copyable {
    /// A netlink protocol.
    public enum Family: Int32, Sendable {
        case route = 0
        case netfilter = 12
    }

    /// Flags of a request.
    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public static let replace = Flags(rawValue: 0x100)
        public static let exclusive = Flags(rawValue: 0x200)
        public static let create = Flags(rawValue: 0x400)
        public static let append = Flags(rawValue: 0x800)
        public static let dump = Flags(rawValue: 0x300)
    }

    private static let request: UInt16 = 1
    private static let acknowledge: UInt16 = 4
    private static let interrupted: UInt16 = 0x10
    private static let errorType: UInt16 = 2
    private static let doneType: UInt16 = 3

    private let descriptor: Int32
    private var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// Opens a socket in the network namespace of the calling thread.
    public init(_ family: Family) throws(NetlinkError) {
        let socketType = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_NETLINK, socketType, family.rawValue)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, operation: "open a netlink socket") }
    }

    deinit { close(descriptor) }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - type: the message type, such as `RTM_NEWLINK`.
    ///   - flags: with `.dump` all answers are returned.
    ///   - payload: what follows the header.
    ///   - operation: what to call the request in an error.
    /// - Returns: the messages that came back, without the acknowledgement.
    public mutating func send(
        _ type: UInt16, flags: Flags = [], _ payload: NetlinkPayload, operation: String
    ) throws(NetlinkError) -> [NetlinkMessage] {
        // A dump during which something changed has gaps: ask again, but not for ever.
        for _ in 0..<8 {
            let answer = try exchange(type, flags: flags, payload, operation: operation)
            if !answer.isInterrupted { return answer.messages }
        }
        throw NetlinkError(errno: EAGAIN, operation: operation)
    }

    private mutating func exchange(
        _ type: UInt16, flags: Flags, _ payload: NetlinkPayload, operation: String
    ) throws(NetlinkError) -> (messages: [NetlinkMessage], isInterrupted: Bool) {
        sequence &+= 1
        var header = NetlinkPayload()
        header.append(UInt32(truncatingIfNeeded: 16 + payload.bytes.count))
        header.append(type)
        header.append(Self.request | Self.acknowledge | flags.rawValue)
        header.append(sequence)
        header.append(UInt32(0))
        header.append(raw: payload.bytes)
        let sent = header.bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
        guard sent == header.bytes.count else { throw NetlinkError(errno: errno, operation: operation) }

        var messages: [NetlinkMessage] = []
        var isInterrupted = false
        while true {
            for message in try receive(operation) where message.sequence == sequence {
                if message.flags & Self.interrupted != 0 { isInterrupted = true }
                switch message.type {
                case Self.errorType:
                    let code = message.body.number(at: 0, as: Int32.self) ?? -EBADMSG
                    guard code == 0 else { throw NetlinkError(errno: 0 &- code, operation: operation) }
                    return (messages, isInterrupted)
                case Self.doneType:
                    return (messages, isInterrupted)
                default:
                    messages.append(message)
                }
            }
        }
    }

    private mutating func receive(_ operation: String) throws(NetlinkError) -> [NetlinkMessage] {
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return NetlinkMessage.parse(buffer.prefix(count)) }
            if count < 0, errno == EINTR { continue }
            throw NetlinkError(errno: count == 0 ? EPIPE : errno, operation: operation)
        }
    }
}
