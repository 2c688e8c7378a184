// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import NIOCore

/// What the listeners of the API server need to know.
package struct EdgeConfiguration: Sendable {
    /// One address to listen on.
    package struct Address: Sendable, Hashable {
        /// An IP address; `0.0.0.0` and `::` mean all.
        package var host: String
        /// 0 asks the kernel for a free port.
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// Where to listen.
    package var addresses: [Address]
    /// Bodies over this many bytes are refused with 413.
    package var maximumBodySize = 3 * 1024 * 1024
    /// Head fields over this many bytes in sum are refused.
    package var maximumHeaderSize = 64 * 1024
    /// From accepting a connection to the end of its TLS handshake.
    package var handshakeTimeout = TimeAmount.seconds(10)
    /// From the handshake to the first whole request head, and longest pause while a body arrives.
    package var readTimeout = TimeAmount.seconds(32)
    /// How long a connection may wait for its next request.
    package var idleTimeout = TimeAmount.seconds(90)
    /// How long a client may leave bytes untaken before it is given up.
    package var writeTimeout = TimeAmount.minutes(5)
    /// How often connections and requests are looked at that may have taken too long.
    package var sweepInterval = TimeAmount.seconds(1)
    /// How long requests may go on after a stop was asked for.
    package var shutdownTimeout = TimeAmount.seconds(10)
    /// Streams that one HTTP/2 connection may have open.
    package var maximumConcurrentStreams = 250

    package init(addresses: [Address]) { self.addresses = addresses }
}

/// Why the listeners could not be started.
package struct EdgeError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The address or port cannot be listened on.
        case bind
        /// The certificate or key cannot be used.
        case tls
    }
    package var code: Code
    /// What failed, on what, what to do; lower case.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
