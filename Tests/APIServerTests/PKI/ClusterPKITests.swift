// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import SwiftASN1
import Testing
import X509

@testable import APIServer

struct ClusterPKITests {
    static let start: Int64 = 1_800_000_000

    private func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("pki-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        return try await body(directory)
    }

    private func prepare(_ directory: String, extra: [String] = [], now: Int64 = start) async throws -> ClusterPKI {
        try await ClusterPKI.prepare(
            .init(directory: directory, nodeName: "n1", advertiseAddresses: ["192.0.2.7"], extraNames: extra),
            now: { now })
    }

    @Test("a second start uses what the first made")
    func reuse() async throws {
        try await withDirectory { directory in
            let first = try await prepare(directory)
            let second = try await prepare(directory)
            #expect(first.server == second.server)
            #expect(first.authority.certificatePEM == second.authority.certificatePEM)
            #expect(first.clients == second.clients)
            #expect(first.serviceAccountKey.id == second.serviceAccountKey.id)
        }
    }

    @Test("new names or a near end make a new serving certificate, and nothing else")
    func renewal() async throws {
        try await withDirectory { directory in
            let first = try await prepare(directory)
            let renamed = try await prepare(directory, extra: ["api.example.com"])
            #expect(first.server != renamed.server)
            #expect(first.clients == renamed.clients)
            let later = try await prepare(directory, extra: ["api.example.com"], now: Self.start + 340 * 86_400)
            #expect(renamed.server != later.server)
            #expect(renamed.clients[.admin] != later.clients[.admin])
            #expect(first.authority.certificatePEM == later.authority.certificatePEM)
        }
    }

    @Test("a damaged client certificate is made anew, a damaged authority is reported")
    func damage() async throws {
        try await withDirectory { directory in
            let first = try await prepare(directory)
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(directory)/pki/admin.crt"))
            let renewed = try await prepare(directory)
            #expect(renewed.clients[.admin] != first.clients[.admin])
            try FileManager.default.removeItem(atPath: "\(directory)/pki/ca.key")
            let error = await #expect(throws: PKIError.self) { try await prepare(directory) }
            #expect(error?.code == .content)
        }
    }

    @Test("files can be read by their owner alone")
    func modes() async throws {
        try await withDirectory { directory in
            _ = try await prepare(directory)
            let files = try FileManager.default.subpathsOfDirectory(atPath: directory)
            #expect(files.contains("admin.kubeconfig") && files.contains("pki/sa.pub"))
            for file in files {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(file)")
                let mode = attributes[.posixPermissions] as? Int
                #expect(mode == (file == "pki" ? 0o700 : 0o600), "\(file)")
            }
        }
    }

    @Test("the serving certificate names all under which the server is reached")
    func names() async throws {
        try await withDirectory { directory in
            let pki = try await prepare(directory)
            let certificate = try Certificate(pemEncoded: String(decoding: pki.server.certificate, as: UTF8.self))
            let names = Set(try #require(try certificate.extensions.subjectAlternativeNames))
            for name in [
                "localhost", "127.0.0.1", "::1", "kubernetes.default.svc.cluster.local", "10.96.0.1", "192.0.2.7", "n1",
            ] {
                #expect(names.contains(CertificateAuthority.generalName(name)), "\(name)")
            }
        }
    }

    @Test(
        "client certificates say who the client is",
        arguments: [
            (ClusterPKI.Client.admin, "kubernetes-admin", ["system:masters"]),
            (.kubelet, "system:node:n1", ["system:nodes"]),
            (.scheduler, "system:kube-scheduler", []),
        ])
    func identities(_ client: ClusterPKI.Client, _ name: String, _ groups: [String]) async throws {
        try await withDirectory { directory in
            let pki = try await prepare(directory, now: Int64(Date().timeIntervalSince1970))
            let verifier = try ClientCertificateVerifier(authorities: pki.authority.certificatePEM)
            let pem = String(decoding: try #require(pki.clients[client]).certificate, as: UTF8.self)
            let der = try PEMDocument(pemString: pem).derBytes
            #expect(await verifier.verify([der]) == .user(RequestUser(name: name, groups: groups)))
            let server = try PEMDocument(pemString: String(decoding: pki.server.certificate, as: UTF8.self)).derBytes
            #expect(await verifier.verify([server]) == .rejected("the certificate is not for clients"))
        }
    }

    @Test("certificates of others prove nothing")
    func stranger() async throws {
        let now = Int64(Date().timeIntervalSince1970)
        let known = try CertificateAuthority.make(commonName: "kubernetes", now: now)
        let strange = try CertificateAuthority(
            try CertificateAuthority.make(commonName: "kubernetes", now: now), now: { now })
        let pair = try strange.issue(
            commonName: "kubernetes-admin", organizations: ["system:masters"], purpose: .client)
        let verifier = try ClientCertificateVerifier(authorities: known.certificate)
        let der = try PEMDocument(pemString: String(decoding: pair.certificate, as: UTF8.self)).derBytes
        guard case .rejected = await verifier.verify([der]) else {
            Issue.record("a certificate of another authority was taken")
            return
        }
        #expect(await verifier.verify([]) == .none)
        #expect(await verifier.verify([[1, 2, 3]]) == .rejected("the certificate cannot be read"))
    }
}
