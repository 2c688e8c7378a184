// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Foundation
import Testing

struct InClusterConfigurationTests {
    @Test("a pod finds the server in its environment and the credentials in its files")
    func inCluster() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data("token".utf8).write(to: directory.appendingPathComponent("token"))
        try Data("ca".utf8).write(to: directory.appendingPathComponent("ca.crt"))
        try Data("team".utf8).write(to: directory.appendingPathComponent("namespace"))
        let found = try ConnectionConfiguration.inCluster(
            environment: ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"],
            directory: directory.path)
        #expect(found.server == "https://[fd00::1]:443")
        #expect(found.credential == .tokenFile(directory.path + "/token"))
        #expect(found.certificateAuthority == Array("ca".utf8))
        #expect(found.namespace == "team")
    }

    @Test("elsewhere it says what is missing")
    func outside() {
        #expect(throws: ConfigurationError.self) { _ = try ConnectionConfiguration.inCluster(environment: [:]) }
        #expect(throws: ConfigurationError.self) {
            _ = try ConnectionConfiguration.inCluster(
                environment: ["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"], directory: "/nonexistent"
            )
        }
    }
}
