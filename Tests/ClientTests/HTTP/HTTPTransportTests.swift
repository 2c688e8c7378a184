// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Testing

struct HTTPTransportTests {
    @Test("a port that nobody listens on is unreachable, which a retry can mend")
    func unreachable() async throws {
        // Port 1 of the loopback address is reserved (tcpmux) and has no listener here.
        let transport = try HTTPTransport(ConnectionConfiguration(server: "http://127.0.0.1:1"))
        let error = await #expect(throws: TransportError.self) {
            _ = try await transport.send(TransportRequest(.get, "/version", timeout: .seconds(5)))
        }
        #expect(error?.isRetryable == true)
        try await transport.shutDown()
    }

    @Test("certificates that cannot be read are refused at once")
    func badCertificate() {
        #expect(throws: ConfigurationError.self) {
            _ = try HTTPTransport(
                ConnectionConfiguration(
                    server: "https://127.0.0.1:1", certificateAuthority: Array("no certificate".utf8)))
        }
    }

    @Test("a token file that is not there is said to be the fault")
    func missingToken() async throws {
        let transport = try HTTPTransport(
            ConnectionConfiguration(server: "http://127.0.0.1:1", credential: .tokenFile("/nonexistent/token")))
        let error = await #expect(throws: TransportError.self) {
            _ = try await transport.send(TransportRequest(.get, "/version"))
        }
        #expect(error?.code == .invalid)
        try await transport.shutDown()
    }
}
