// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import NIOCore
import Streaming
import Testing

@testable import Kubelet

/// Clients of all kinds against a real containerd.
@Suite(.enabled(if: ScratchContainerd.isPossible("StreamingSessionTests")), .serialized)
struct StreamingSessionTests {
    private static let success = #"{"metadata":{},"status":"Success"}"#

    @Test("exec, attach and port-forward over SPDY and WebSocket", .timeLimit(.minutes(1)))
    func sessions() async throws {
        try await ScratchContainerd.with { scratch in
            let config = scratch.sandboxConfig("streams")
            let sandbox = try await scratch.runtime.runPodSandbox(config)
            let id = try await scratch.startContainer(
                "main", in: sandbox, config, script: "trap 'exit 0' TERM; while true; do sleep 1; done")
            try await Self.execOverWebSocket(scratch, id)
            try await Self.terminal(scratch, id)
            try await Self.execOverSPDY(scratch, id)
            try await Self.attach(scratch, sandbox, config)
            try await Self.portForward(scratch, sandbox, id)
            try await scratch.runtime.stopPodSandbox(sandbox)
        }
    }

    private static func server(
        _ scratch: ScratchContainerd, _ id: String, _ command: [String], _ selection: StreamSelection
    ) async throws -> StreamingServer {
        try await StreamingServer.start { _ in
            let url = try await scratch.runtime.exec(
                .init(
                    containerID: id, command: command, tty: selection.tty, stdin: selection.stdin,
                    stdout: selection.stdout,
                    stderr: selection.stderr))
            return (.remoteCommand(selection), url)
        }
    }

    private static func execOverWebSocket(_ scratch: ScratchContainerd, _ id: String) async throws {
        let selection = StreamSelection(stdin: true)
        let echo = try await server(scratch, id, ["sh", "-c", "cat; echo bad >&2; exit 3"], selection)
        let large = [UInt8](repeating: 0x61, count: 300_000)
        let said = try await StreamingClient.with(
            port: echo.port, headers: StreamingClient.webSocketHeaders("v5.channel.k8s.io")
        ) { client in
            #expect(client.response.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            try await client.send([0] + Array("first ".utf8))
            try await client.send([0] + large)
            try await client.send([255, 0])
            return try await client.messagesByChannel()
        }
        #expect(said[1]?.utf8.count == 6 + large.count && said[1]?.hasPrefix("first a") == true)
        #expect(said[2] == "bad\n")
        #expect(
            said[3]?.contains(#""reason":"NonZeroExitCode""#) == true && said[3]?.contains(#""message":"3""#) == true)
        try await echo.stop()

        let quick = try await server(scratch, id, ["echo", "hi"], StreamSelection())
        let answer = try await StreamingClient.with(
            port: quick.port, headers: StreamingClient.webSocketHeaders("v4.channel.k8s.io")
        ) { try await $0.messagesByChannel() }
        #expect(answer == [1: "hi\n", 3: success])
        try await quick.stop()
    }

    private static func terminal(_ scratch: ScratchContainerd, _ id: String) async throws {
        let shell = try await server(scratch, id, ["sh"], StreamSelection(stdin: true, tty: true))
        let said = try await StreamingClient.with(
            port: shell.port, headers: StreamingClient.webSocketHeaders("v5.channel.k8s.io")
        ) { client in
            try await client.send([4] + Array(#"{"Width":123,"Height":45}"#.utf8))
            // The new size is there some time after its message: ask until it is.
            try await client.send(
                [0] + Array("until stty size | grep -q '45 123'; do true; done; echo size-is-right; exit\n".utf8))
            return try await client.messagesByChannel()
        }
        #expect(said[1]?.contains("size-is-right\r\n") == true)
        #expect(said[3] == success)
        try await shell.stop()
    }

    private static func execOverSPDY(_ scratch: ScratchContainerd, _ id: String) async throws {
        let server = try await server(
            scratch, id, ["sh", "-c", "read x; echo got $x"], StreamSelection(stdin: true, stderr: false))
        let (out, status) = try await StreamingClient.with(
            port: server.port, headers: [("Upgrade", "SPDY/3.1"), ("X-Stream-Protocol-Version", "v4.channel.k8s.io")]
        ) { client in
            #expect(client.response.hasPrefix("HTTP/1.1 101 ") && client.response.contains("v4.channel.k8s.io"))
            var codec = SPDYCodec()
            for (index, type) in ["error", "stdin", "stdout"].enumerated() {
                try await client.outbound.write(
                    try codec.encode(.synStream(id: UInt32(index * 2 + 1), headers: ["streamtype": type], final: false))
                )
            }
            try await client.outbound.write(try codec.encode(.data(id: 3, ByteBuffer(string: "spdy\n"), final: true)))
            var texts: [UInt32: String] = [:]
            while let bytes = try await client.bytes() {
                for case .data(let id, let data, _) in try codec.decode(bytes) {
                    texts[id, default: ""] += String(buffer: data)
                }
            }
            return (texts[5], texts[1])
        }
        #expect(out == "got spdy\n" && status == success)
        try await server.stop()
    }

    private static func attach(
        _ scratch: ScratchContainerd, _ sandbox: String, _ config: CRI.PodSandboxConfig
    ) async throws {
        let id = try await scratch.startContainer(
            "reader", in: sandbox, config, script: "while read line; do echo \"heard $line\"; done", stdin: true)
        let server = try await StreamingServer.start { _ in
            let url = try await scratch.runtime.attach(.init(containerID: id, stdin: true))
            return (.remoteCommand(StreamSelection(stdin: true)), url)
        }
        try await StreamingClient.with(
            port: server.port, headers: StreamingClient.webSocketHeaders("v5.channel.k8s.io")
        ) { client in
            try await client.send([0] + Array("me\n".utf8))
            var text = ""
            while !text.hasSuffix("heard me\n"), let message = try await client.message() {
                if message[0] == 1 { text += String(decoding: message.dropFirst(), as: UTF8.self) }
            }
            #expect(text == "heard me\n")
        }
        try await server.stop()
    }

    private static func portForward(_ scratch: ScratchContainerd, _ sandbox: String, _ id: String) async throws {
        // The sandbox is on the host's network: any server on loopback is as good as one in it.
        let target = try await StreamingServer.start { _ in throw StreamingError(.forbidden, "not here") }
        let server = try await StreamingServer.start { _ in
            let url = try await scratch.runtime.portForward(sandboxID: sandbox, ports: [])
            return (.portForward(ports: [UInt16(target.port)]), url)
        }
        let request = Array("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
        let said = try await StreamingClient.with(
            port: server.port, headers: StreamingClient.webSocketHeaders("v4.channel.k8s.io")
        ) { client in
            try await client.send([0] + request)
            return try await client.messagesByChannel()
        }
        #expect(said[0]?.dropFirst(2).contains("no upgrade") == true)

        let text = try await StreamingClient.with(
            port: server.port, headers: StreamingClient.webSocketHeaders("SPDY/3.1+portforward.k8s.io")
        ) { client in
            var codec = SPDYCodec()
            for (stream, type) in [(UInt32(1), "error"), (3, "data")] {
                let headers = ["streamtype": type, "port": "\(target.port)", "requestid": "0"]
                let bytes = try codec.encode(.synStream(id: stream, headers: headers, final: false))
                try await client.send(Array(bytes.readableBytesView))
            }
            let bytes = try codec.encode(.data(id: 3, ByteBuffer(bytes: request), final: false))
            try await client.send(Array(bytes.readableBytesView))
            var text = ""
            while !text.hasSuffix("no upgrade"), let message = try await client.message() {
                for case .data(3, let data, _) in try codec.decode(ByteBuffer(bytes: message)) {
                    text += String(buffer: data)
                }
            }
            return text
        }
        #expect(text.hasPrefix("HTTP/1.1 500 ") && text.hasSuffix("no upgrade"))
        try await server.stop()
        try await target.stop()
    }
}
