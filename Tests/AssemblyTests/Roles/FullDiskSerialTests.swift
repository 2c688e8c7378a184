// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Foundation
import Glibc
import KubernetesAPI
import Testing
import Wire

/// A server whose disk fills while it writes.
@Suite(.timeLimit(.minutes(3)), .enabled(if: geteuid() == 0))
struct FullDiskSerialTests {
    // Half a mebibyte, so that a disk of a few fills soon.
    private static let text = String(repeating: "0123456789abcdef", count: 32 * 1024)

    private static func map(_ name: String, _ data: [String: String]) -> ConfigMap {
        ConfigMap {
            $0.metadata.name = name
            $0.metadata.namespace = "default"
            $0.data = data
        }
    }

    @Test("what cannot be stored is refused with a Status; what was acknowledged stays; with space again all goes on")
    func full() async throws {
        let scratch = try Scratch()
        let data = scratch.path + "/data"
        let port = try Scratch.freePort()
        let process = try MartletProcess(
            ["apiserver", "--bind-address", "127.0.0.1", "--secure-port", "\(port)", "--data-dir", data], in: scratch,
            shell: """
                mkdir \(data); mount -t tmpfs -o size=24m tmpfs \(data)
                dd if=/dev/zero of=\(data)/filler bs=1M count=8 2>/dev/null; exec "$@"
                """)
        let inside = "/proc/\(process.pid)/root\(data)"
        try await RemoteProcess.withClient(kubeconfig: inside + "/admin.kubeconfig") { client in
            var kept: [String] = []
            var refusal: ClientError?
            for index in 0..<100 where refusal == nil {
                do throws(ClientError) {
                    _ = try await client.create(Self.map("big-\(index)", ["text": Self.text]))
                    kept.append("big-\(index)")
                } catch { refusal = error }
            }
            #expect(refusal?.httpStatus == 500, "\(String(describing: refusal))")
            #expect(refusal?.message.contains("no space left") == true, "\(String(describing: refusal))")
            #expect(refusal?.status?.status == "Failure")
            #expect(!kept.isEmpty)
            for name in kept {
                let map = try await client.get(ConfigMap.self, namespace: "default", name: name)
                #expect(map.data["text"]?.count == Self.text.count)
            }
            try FileManager.default.removeItem(atPath: inside + "/filler")
            _ = try await client.create(Self.map("after", [:]))
        }
        await process.stop()
        #expect(MartletProcess.traces(of: scratch.path).isEmpty)
    }
}
