// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import NIOCore

/// Port-forward between a client that speaks a channel protocol over WebSocket, one connection for each port, and a runtime
/// that speaks SPDY with `portforward.k8s.io`.
///
/// The n-th port of the request has channel 2n for its data and 2n+1 for its errors; on each the first message is the port,
/// two bytes, the low one first.
struct PortForwardTranslator: StreamTranslator {
    private let ports: [UInt16]
    private let channels: ChannelProtocol
    private var runtime = SPDYClient()
    private var streams: [UInt8: UInt32] = [:]
    private var open: Set<UInt32> = []

    /// - Parameter ports: at most 100.
    init(_ ports: [UInt16], _ channels: ChannelProtocol) {
        self.ports = ports
        self.channels = channels
    }

    mutating func start() throws(StreamingError) -> RelayOutput {
        var output = RelayOutput()
        for (index, port) in ports.prefix(100).enumerated() {
            let dataChannel = UInt8(index * 2)
            var headers = ["streamtype": "error", "port": String(port), "requestid": String(index)]
            let (errorID, errorBytes) = try runtime.openStream(headers)
            // Nothing is ever sent on the error stream.
            output.toRuntime += [errorBytes, try runtime.send(ByteBuffer(), on: errorID, final: true)]
            headers["streamtype"] = "data"
            let (dataID, dataBytes) = try runtime.openStream(headers)
            output.toRuntime.append(dataBytes)
            streams[dataChannel] = dataID
            streams[dataChannel + 1] = errorID
            open.insert(dataID)
            for channel in [dataChannel, dataChannel + 1] {
                output.toClient.append(
                    channels.encode(channel, ByteBuffer(bytes: [UInt8(port & 0xff), UInt8(port >> 8)])))
            }
        }
        return output
    }

    mutating func fromClient(_ message: ByteBuffer) throws(StreamingError) -> RelayOutput {
        guard let (channel, bytes) = try channels.decode(message), channel % 2 == 0, bytes.readableBytes > 0,
            let stream = streams[channel], open.contains(stream)
        else { return RelayOutput() }
        return RelayOutput(toRuntime: [try runtime.send(bytes, on: stream)])
    }

    mutating func fromRuntime(_ bytes: ByteBuffer) throws(StreamingError) -> RelayOutput {
        let (events, answers) = try runtime.receive(bytes)
        var output = RelayOutput(toRuntime: answers)
        for event in events {
            switch event {
            case .data(let stream, let bytes):
                guard let channel = streams.first(where: { $0.value == stream })?.key else { continue }
                output.toClient.append(channels.encode(channel, bytes))
            case .ended(let stream), .reset(let stream):
                if open.remove(stream) != nil, open.isEmpty { output.finished = true }
            case .goAway:
                output.finished = true
            }
        }
        return output
    }

    mutating func runtimeEnded() -> RelayOutput { RelayOutput(finished: true) }
}
