// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import NIOCore

/// How soon a connection whose other end has gone without a word is given up.
///
/// A watch may be quiet for a long time: without this, one whose server lost its power would wait for ever.
public struct KeepAlive: Sendable, Hashable {
    /// Whole seconds without a packet until the kernel asks whether the other end is there.
    public var idle: Int32
    /// Whole seconds between such questions.
    public var interval: Int32
    /// How many questions may stay without an answer.
    public var probes: Int32

    /// By default a dead end is noticed after a minute.
    public init(idle: Int32 = 30, interval: Int32 = 10, probes: Int32 = 3) {
        self.idle = max(1, idle)
        self.interval = max(1, interval)
        self.probes = max(1, probes)
    }

    /// Milliseconds until the connection is given up, also where data was sent that nobody acknowledges.
    private var limit: Int {
        let seconds = Int64(idle) + Int64(interval) * Int64(probes)
        return Int(Int32(clamping: seconds * 1000))
    }

    /// Sets the options of a connection.
    func apply(to channel: any Channel) -> EventLoopFuture<Void> {
        let options: [(ChannelOptions.Types.SocketOption, Int)] = [
            (.init(level: .socket, name: .so_keepalive), 1),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), Int(idle)),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), Int(interval)),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), Int(probes)),
            (.init(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT)), limit),
        ]
        let set = options.map { channel.setOption($0.0, value: $0.1) }
        return EventLoopFuture.andAllSucceed(set, on: channel.eventLoop)
    }
}
