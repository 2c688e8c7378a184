// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore

/// The streams of an exec or attach.
public struct StreamSelection: Sendable, Equatable {
    public var stdin: Bool
    public var stdout: Bool
    public var stderr: Bool
    /// With a terminal, stderr is part of stdout, and the terminal's size may change.
    public var tty: Bool

    public init(stdin: Bool = false, stdout: Bool = true, stderr: Bool = true, tty: Bool = false) {
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr && !tty
        self.tty = tty
    }
}

/// Exec and attach between a client that speaks a channel protocol over WebSocket and a runtime that speaks SPDY with
/// `v4.channel.k8s.io`. Exit codes travel as the JSON Status that the runtime writes to its error stream.
struct RemoteCommandTranslator: StreamTranslator {
    private let selection: StreamSelection
    private let channels: ChannelProtocol
    private var runtime = SPDYClient()
    private var streams: [UInt8: UInt32] = [:]
    private var hasStatus = false

    init(_ selection: StreamSelection, _ channels: ChannelProtocol) {
        self.selection = selection
        self.channels = channels
    }

    mutating func start() throws(StreamingError) -> RelayOutput {
        typealias Channel = ChannelProtocol.Channel
        var wanted: [(UInt8, String)] = [(Channel.error, "error")]
        if selection.stdin { wanted.append((Channel.stdin, "stdin")) }
        if selection.stdout { wanted.append((Channel.stdout, "stdout")) }
        if selection.stderr { wanted.append((Channel.stderr, "stderr")) }
        if selection.tty { wanted.append((Channel.resize, "resize")) }
        var output = RelayOutput()
        for (channel, type) in wanted {
            let (id, bytes) = try runtime.openStream(["streamtype": type])
            streams[channel] = id
            output.toRuntime.append(bytes)
        }
        // Clients take an empty message as the sign that the session is up.
        let first = selection.stdout ? Channel.stdout : selection.stderr ? Channel.stderr : Channel.error
        output.toClient.append(channels.encode(first, ByteBuffer()))
        return output
    }

    mutating func fromClient(_ message: ByteBuffer) throws(StreamingError) -> RelayOutput {
        guard let (channel, bytes) = try channels.decode(message) else { return RelayOutput() }
        switch channel {
        case ChannelProtocol.Channel.stdin, ChannelProtocol.Channel.resize:
            guard let stream = streams[channel], bytes.readableBytes > 0 else { return RelayOutput() }
            return RelayOutput(toRuntime: [try runtime.send(bytes, on: stream)])
        case ChannelProtocol.Channel.close where channels.hasCloseSignal:
            guard bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == ChannelProtocol.Channel.stdin,
                let stream = streams.removeValue(forKey: ChannelProtocol.Channel.stdin)
            else { return RelayOutput() }
            return RelayOutput(toRuntime: [try runtime.send(ByteBuffer(), on: stream, final: true)])
        default:
            return RelayOutput()
        }
    }

    mutating func fromRuntime(_ bytes: ByteBuffer) throws(StreamingError) -> RelayOutput {
        let (events, answers) = try runtime.receive(bytes)
        var output = RelayOutput(toRuntime: answers)
        for event in events {
            switch event {
            case .data(let stream, let bytes):
                guard let channel = streams.first(where: { $0.value == stream })?.key else { continue }
                if channel == ChannelProtocol.Channel.error { hasStatus = true }
                output.toClient.append(channels.encode(channel, bytes))
            case .ended(let stream), .reset(let stream):
                // The status comes last: whatever the command wrote has come before it.
                if stream == streams[ChannelProtocol.Channel.error] { finish(&output) }
            case .goAway:
                finish(&output)
            }
        }
        return output
    }

    mutating func runtimeEnded() -> RelayOutput {
        var output = RelayOutput()
        finish(&output)
        return output
    }

    private mutating func finish(_ output: inout RelayOutput) {
        output.finished = true
        if hasStatus { return }
        hasStatus = true
        let status = """
            {"metadata":{},"status":"Failure","message":"the container runtime closed the session without a status",\
            "reason":"InternalError","code":500}
            """
        output.toClient.append(channels.encode(ChannelProtocol.Channel.error, ByteBuffer(string: status)))
    }
}
