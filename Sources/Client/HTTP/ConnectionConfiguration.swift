// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// How to reach an API server, and as whom.
public struct ConnectionConfiguration: Sendable, Equatable {
    /// Who asks.
    public enum Credential: Sendable, Equatable {
        case anonymous
        case token(String)
        /// A file with a token; read again as it is rotated.
        case tokenFile(String)
        /// A client certificate (with intermediates) and its key, both PEM.
        case certificate(pem: [UInt8], key: [UInt8])
        case password(user: String, password: String)
    }

    /// For example `https://127.0.0.1:6443`.
    public var server: String
    /// PEM certificates of the authorities to trust; nil for those of the system.
    public var certificateAuthority: [UInt8]?
    public var credential: Credential
    /// Whether any server certificate is accepted.
    public var skipsTLSVerification: Bool
    /// The name to look for in the server's certificate; nil for the one in ``server``.
    public var tlsServerName: String?
    /// The namespace to use where none is given.
    public var namespace: String

    public init(
        server: String, certificateAuthority: [UInt8]? = nil, credential: Credential = .anonymous,
        skipsTLSVerification: Bool = false, tlsServerName: String? = nil, namespace: String = "default"
    ) {
        self.server = server
        self.certificateAuthority = certificateAuthority
        self.credential = credential
        self.skipsTLSVerification = skipsTLSVerification
        self.tlsServerName = tlsServerName
        self.namespace = namespace
    }
}

/// The configuration is not usable.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, where, what to do; lower case.
    public var message: String

    public init(_ message: String) { self.message = message }
    public var description: String { message }
}
