// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import Testing

@testable import Streaming

struct RemoteCommandTranslatorTests {
    private func text(_ channel: UInt8, _ text: String) -> ByteBuffer {
        ByteBuffer(bytes: [channel] + Array(text.utf8))
    }

    /// What a runtime sees of what it was sent.
    private func frames(_ output: RelayOutput, _ codec: inout SPDYCodec) throws -> [SPDYFrame] {
        try output.toRuntime.flatMap { try codec.decode($0) }
    }

    @Test("streams are opened in kubectl's order, and the client hears that the session is up")
    func start() throws {
        var runtime = SPDYCodec()
        var translator = RemoteCommandTranslator(StreamSelection(stdin: true, tty: true), .v5)
        let output = try translator.start()
        #expect(
            try frames(output, &runtime) == [
                .synStream(id: 1, headers: ["streamtype": "error"], final: false),
                .synStream(id: 3, headers: ["streamtype": "stdin"], final: false),
                .synStream(id: 5, headers: ["streamtype": "stdout"], final: false),
                .synStream(id: 7, headers: ["streamtype": "resize"], final: false),
            ])
        #expect(output.toClient == [ByteBuffer(bytes: [1])])
    }

    @Test("input, resizes and the end of input reach their streams; what has none is dropped")
    func input() throws {
        var runtime = SPDYCodec()
        var translator = RemoteCommandTranslator(StreamSelection(stdin: true, tty: true), .v5)
        _ = try frames(try translator.start(), &runtime)
        #expect(
            try frames(try translator.fromClient(text(0, "ls\n")), &runtime) == [
                .data(id: 3, ByteBuffer(string: "ls\n"), final: false)
            ])
        let size = #"{"Width":80,"Height":24}"#
        #expect(
            try frames(try translator.fromClient(text(4, size)), &runtime) == [
                .data(id: 7, ByteBuffer(string: size), final: false)
            ])
        #expect(try translator.fromClient(text(2, "no")).toRuntime.isEmpty)
        #expect(try translator.fromClient(ByteBuffer()).toRuntime.isEmpty)
        #expect(
            try frames(try translator.fromClient(ByteBuffer(bytes: [255, 0])), &runtime) == [
                .data(id: 3, ByteBuffer(), final: true)
            ])
        #expect(try translator.fromClient(text(0, "late")).toRuntime.isEmpty)
    }

    @Test("output and status reach their channels, and the status ends the session")
    func output() throws {
        var runtime = SPDYCodec()
        var translator = RemoteCommandTranslator(StreamSelection(), .v4)
        _ = try frames(try translator.start(), &runtime)
        let out = try translator.fromRuntime(try runtime.encode(.data(id: 3, ByteBuffer(string: "o"), final: false)))
        #expect(out.toClient == [text(1, "o")] && !out.finished)
        let err = try translator.fromRuntime(try runtime.encode(.data(id: 5, ByteBuffer(string: "e"), final: true)))
        #expect(err.toClient == [text(2, "e")] && !err.finished)
        let status = #"{"metadata":{},"status":"Success"}"#
        let end = try translator.fromRuntime(try runtime.encode(.data(id: 1, ByteBuffer(string: status), final: true)))
        #expect(end.toClient == [text(3, status)] && end.finished)
    }

    @Test("a session that ends without a status gets one")
    func lost() throws {
        var translator = RemoteCommandTranslator(StreamSelection(), .v4)
        _ = try translator.start()
        let end = translator.runtimeEnded()
        #expect(end.finished && end.toClient.count == 1)
        #expect(end.toClient.first?.getString(at: 1, length: 200)?.contains("\"status\":\"Failure\"") != false)
        #expect(end.toClient.first?.getInteger(at: 0, as: UInt8.self) == 3)
    }

    @Test("base64 channels are text on both ways, and bad text is refused")
    func base64() throws {
        var runtime = SPDYCodec()
        var translator = RemoteCommandTranslator(StreamSelection(stdin: true), .v4Base64)
        _ = try frames(try translator.start(), &runtime)
        #expect(
            try frames(try translator.fromClient(ByteBuffer(string: "0aGk=")), &runtime) == [
                .data(id: 3, ByteBuffer(string: "hi"), final: false)
            ])
        let out = try translator.fromRuntime(try runtime.encode(.data(id: 5, ByteBuffer(string: "hi"), final: false)))
        #expect(out.toClient == [ByteBuffer(string: "1aGk=")])
        #expect(throws: StreamingError.self) { try translator.fromClient(ByteBuffer(string: "0***")) }
    }

    @Test("the runtime's pings are answered")
    func ping() throws {
        var runtime = SPDYCodec()
        var translator = RemoteCommandTranslator(StreamSelection(), .v4)
        _ = try frames(try translator.start(), &runtime)
        let output = try translator.fromRuntime(try runtime.encode(.ping(id: 2)))
        #expect(try frames(output, &runtime) == [.ping(id: 2)])
    }
}
