// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// Asks a server how it is, by the gRPC health checking protocol (`grpc.health.v1.Health/Check`).
struct HealthCheck {
    /// - Parameter service: which part of the server; empty for all of it.
    func check(host: String, port: Int, service: String, timeout: Duration) async -> ProbeFinding {
        do {
            let transport = try HTTP2ClientTransport.Posix(
                target: host.contains(":") ? .ipv6(address: host, port: port) : .ipv4(address: host, port: port),
                transportSecurity: .plaintext)
            let status = try await withGRPCClient(transport: transport) { client in
                var options = CallOptions.defaults
                options.timeout = timeout
                options.waitForReady = true  // the timeout bounds how long it is waited for a connection
                return try await client.unary(
                    request: ClientRequest(message: Self.request(service)),
                    descriptor: MethodDescriptor(fullyQualifiedService: "grpc.health.v1.Health", method: "Check"),
                    serializer: Bytes.Writer(), deserializer: Bytes.Reader(), options: options
                ) { response in Self.status(try response.message.bytes) }
            }
            if status == 1 { return .success("service healthy") }
            return .failure("service unhealthy (responded with \"\(Self.name(status))\")")
        } catch let error as RPCError {
            if error.code == .deadlineExceeded || error.code == .unavailable {
                return .failure("timeout: failed to connect service \"\(host):\(port)\" within \(timeout.goText)")
            }
            if error.code == .unimplemented {
                return .failure(
                    "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)")
            }
            return .failure("error: health rpc probe failed: \(error.message)")
        } catch {
            return .failure("error: health rpc probe failed: \(error)")
        }
    }

    /// `HealthCheckRequest {service = 1}`.
    private static func request(_ service: String) -> Bytes {
        let text = Array(service.utf8.prefix(127))
        return Bytes(bytes: text.isEmpty ? [] : [0x0A, UInt8(text.count)] + text)
    }

    /// `HealthCheckResponse {status = 1}`; 0 where the field is missing.
    private static func status(_ bytes: [UInt8]) -> UInt8 { bytes.count >= 2 && bytes[0] == 0x08 ? bytes[1] : 0 }

    private static func name(_ status: UInt8) -> String {
        switch status {
        case 1: "SERVING"
        case 2: "NOT_SERVING"
        case 3: "SERVICE_UNKNOWN"
        default: "UNKNOWN"
        }
    }
}

/// A message that is already, or still, encoded.
private struct Bytes: Sendable {
    var bytes: [UInt8]

    struct Writer: MessageSerializer {
        func serialize<Target: GRPCContiguousBytes>(_ message: Bytes) throws -> Target { Target(message.bytes) }
    }

    struct Reader: MessageDeserializer {
        func deserialize<Source: GRPCContiguousBytes>(_ serialized: Source) throws -> Bytes {
            Bytes(bytes: serialized.withUnsafeBytes { Array($0) })
        }
    }
}
