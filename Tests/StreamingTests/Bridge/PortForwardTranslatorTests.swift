// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import NIOCore
import Testing

@testable import Streaming

struct PortForwardTranslatorTests {
    @Test("each port has two streams and two channels, and the last data stream's end is the session's")
    func life() throws {
        var runtime = SPDYCodec()
        var translator = PortForwardTranslator([8080, 53], .v4)
        let start = try translator.start()
        let opened = try start.toRuntime.flatMap { try runtime.decode($0) }
        #expect(
            opened == [
                .synStream(id: 1, headers: ["streamtype": "error", "port": "8080", "requestid": "0"], final: false),
                .data(id: 1, ByteBuffer(), final: true),
                .synStream(id: 3, headers: ["streamtype": "data", "port": "8080", "requestid": "0"], final: false),
                .synStream(id: 5, headers: ["streamtype": "error", "port": "53", "requestid": "1"], final: false),
                .data(id: 5, ByteBuffer(), final: true),
                .synStream(id: 7, headers: ["streamtype": "data", "port": "53", "requestid": "1"], final: false),
            ])
        #expect(
            start.toClient.map { Array($0.readableBytesView) } == [
                [0, 0x90, 0x1f], [1, 0x90, 0x1f], [2, 53, 0], [3, 53, 0],
            ])

        let asked = try translator.fromClient(ByteBuffer(bytes: [2, 120]))
        #expect(
            try asked.toRuntime.flatMap { try runtime.decode($0) } == [
                .data(id: 7, ByteBuffer(string: "x"), final: false)
            ])
        #expect(try translator.fromClient(ByteBuffer(bytes: [3, 120])).toRuntime.isEmpty)
        let answered = try translator.fromRuntime(
            try runtime.encode(.data(id: 3, ByteBuffer(string: "y"), final: true)))
        #expect(answered.toClient == [ByteBuffer(bytes: [0, 121])] && !answered.finished)
        let failed = try translator.fromRuntime(
            try runtime.encode(.data(id: 5, ByteBuffer(string: "refused"), final: true)))
        #expect(failed.toClient == [ByteBuffer(bytes: [3] + Array("refused".utf8))])
        #expect(try translator.fromRuntime(try runtime.encode(.resetStream(id: 7, status: 5))).finished)
    }
}
