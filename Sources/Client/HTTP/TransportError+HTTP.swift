// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

extension TransportError {
    /// Sorts what the HTTP client and the layers below it throw.
    init(describing error: any Error, server: String) {
        switch error {
        case let known as TransportError:
            self = known
        case is CancellationError:
            self.init(.cancelled, "cancelled", cause: error)
        case let error as HTTPClientError:
            self.init(Self.code(error), "\(server): \(error.shortDescription)", cause: error)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(.tls, "\(server): tls: \(error)", cause: error)
        case is NIOConnectionError, is ChannelError:
            self.init(.unreachable, "\(server): \(error)", cause: error)
        case let error as IOError:
            self.init(.interrupted, "\(server): \(error)", cause: error)
        default:
            self.init(.interrupted, "\(server): \(error)", cause: error)
        }
    }

    private static func code(_ error: HTTPClientError) -> Code {
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout: .timedOut
        case .connectTimeout, .getConnectionFromPoolTimeout: .unreachable
        case .tlsHandshakeTimeout: .tls
        case .cancelled, .alreadyShutdown: .cancelled
        case .invalidURL, .emptyHost, .emptyScheme, .unsupportedScheme(""), .invalidHeaderFieldValues([]): .invalid
        default: .interrupted
        }
    }
}
