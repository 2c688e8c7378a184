// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Answers one watch request.
struct WatchResponse: Sendable {
    let renderer: ObjectRenderer
    let selection: ObjectSelection
    let options: ListOptions
    let clock: any Clock<Duration>

    /// Bookmarks are sent this often to watchers that ask for them.
    private static let bookmarkInterval = Duration.seconds(60)
    /// Events that are there together are written together up to this size.
    private static let pieceSize = 64 << 10

    private var cache: ResourceCache { renderer.endpoint.cache }

    /// - Throws: `APIStatusError` where the watch cannot begin.
    func response() async throws -> APIResponse {
        let start = try Self.start(options, cache)
        let type =
            renderer.format.encoding == .protobuf
            ? "application/vnd.kubernetes.protobuf;stream=watch" : "application/json"
        return .stream(ResponseHead(status: 200, contentType: type)) { [self] writer in
            let watcher: Watcher
            do {
                try checkInitialList()
                watcher = try await cache.watch(selection, from: start)
            } catch {
                try await writer.write(
                    try frame("ERROR", error: APIStatusError.from(Self.expired(error, start, cache))))
                return
            }
            defer { cache.stop(watcher) }
            try await run(watcher, writer)
        }
    }

    /// A stream that begins with the objects of a state yet to come is refused within the stream.
    private func checkInitialList() throws(APIStatusError) {
        let current = cache.store.currentRevision.rawValue
        guard options.sendInitialEvents == true, let asked = UInt64(options.resourceVersion), asked > current else {
            return
        }
        throw .tooLarge(asked, current: current)
    }

    /// What is said where a watch cannot begin: that its start is too old names the oldest that is known.
    static func expired(_ error: any Error, _ start: WatchStart, _ cache: ResourceCache) -> any Error {
        guard case .after(let revision) = start, APIStatusError.from(error).reason == APIStatusError.Reason.expired
        else {
            return error
        }
        return APIStatusError.tooOld(revision, oldest: cache.store.compactedRevision.rawValue)
    }

    /// From where the watch begins, as the options say.
    static func start(_ options: ListOptions, _ cache: ResourceCache) throws -> WatchStart {
        let text = options.resourceVersion
        let revision = UInt64(text)
        if !text.isEmpty, revision == nil {
            // unlike a list, Kubernetes answers this with a bare error
            throw APIStatusError.plain(
                "resourceVersion: Invalid value: \(GoText.quote(text)): strconv.ParseUint: parsing "
                    + "\(GoText.quote(text)): invalid syntax")
        }
        let current = cache.store.currentRevision.rawValue
        if let revision, revision > current, options.sendInitialEvents != true {
            throw APIStatusError.tooLarge(revision, current: current)
        }
        switch options.sendInitialEvents {
        case true?: return .initialList
        case false? where (revision ?? 0) == 0: return .now
        default: return (revision ?? 0) == 0 ? .state : .after(revision ?? 0)
        }
    }

    /// Writes events until the time is up, the client is gone or the watch ends.
    private func run(_ watcher: Watcher, _ writer: any ResponseBodyWriter) async throws {
        let seconds = options.timeoutSeconds ?? 0
        let timeout = seconds > 0 ? Duration.seconds(seconds) : .seconds(Int64.random(in: 1800...3600))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await keepTime(watcher, timeout) }
            do {
                try await pump(watcher, writer)
            } catch {
                watcher.finish()
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    private func keepTime(_ watcher: Watcher, _ timeout: Duration) async {
        var left = timeout
        while left > .zero {
            let step = options.allowsBookmarks ? min(left, Self.bookmarkInterval) : left
            // a cancelled sleep ends the loop: the watch is over
            do { try await clock.sleep(for: step) } catch { return }
            left -= step
            if left > .zero { cache.bookmark(watcher) }
        }
        watcher.finish()
    }

    private func pump(_ watcher: Watcher, _ writer: any ResponseBodyWriter) async throws {
        var encoder = WatchEncoder(renderer: renderer, allowsBookmarks: options.allowsBookmarks)
        while let batch = await watcher.next() {
            if batch.count == 1 {
                let bytes = try encoder.frame(batch[0])
                if !bytes.isEmpty { try await writer.write(bytes) }
                continue
            }
            var piece: [UInt8] = []
            for delivery in batch {
                piece.append(contentsOf: try encoder.frame(delivery))
                if piece.count >= Self.pieceSize {
                    try await writer.write(piece)
                    piece.removeAll(keepingCapacity: true)
                }
            }
            if !piece.isEmpty { try await writer.write(piece) }
        }
        switch watcher.end {
        case .expired(let message)?: try await writer.write(try frame("ERROR", error: .expired(message)))
        case .tooSlow?, .lost?, .finished?, nil: break
        }
    }

    private func frame(_ type: String, error: APIStatusError) throws -> [UInt8] {
        let encoder = WatchEncoder(renderer: renderer, allowsBookmarks: false)
        guard renderer.format.encoding == .protobuf else {
            return WatchLine.make(type, JSONCoding.encode(error.status))
        }
        return encoder.protobufFrame(type, ProtobufCoding.encode(error.status))
    }
}

/// Writes the events of one watch in its negotiated form.
struct WatchEncoder {
    let renderer: ObjectRenderer
    let allowsBookmarks: Bool
    private var hasHeader = false

    init(renderer: ObjectRenderer, allowsBookmarks: Bool) {
        self.renderer = renderer
        self.allowsBookmarks = allowsBookmarks
    }

    /// The bytes of one event; none for a bookmark that the client does not want.
    mutating func frame(_ delivery: WatchDelivery) throws -> [UInt8] {
        switch delivery {
        case .initial(let object): return try frame("ADDED", object)
        case .event(let type, let event):
            if isPlain { return event.line(as: type) }
            guard let object = event.object(as: type) else { return [] }
            return try frame(type.text, object)
        case .bookmark(let revision, let endsInitial):
            guard allowsBookmarks else { return [] }
            return try frame("BOOKMARK", renderer.endpoint.bookmark(revision, endsInitial: endsInitial), isView: false)
        }
    }

    /// Whether the stored bytes are what the client gets.
    private var isPlain: Bool {
        renderer.format.encoding == .json && renderer.format.transform == .none && !renderer.endpoint.isView
    }

    private mutating func frame(_ type: String, _ object: StoredObject, isView: Bool = true) throws -> [UInt8] {
        let format = renderer.format
        if format.encoding == .protobuf {
            let body =
                format.transform == .none
                ? try renderer.endpoint.protobuf(object)
                : ProtobufCoding.encode(
                    try renderer.partialObject(object), apiVersion: format.metaAPIVersion,
                    kind: "PartialObjectMetadata")
            return protobufFrame(type, body)
        }
        switch format.transform {
        case .none:
            let shown = isView ? try renderer.endpoint.present(object) : object
            return WatchLine.make(type, shown.bytes)
        case .partial: return WatchLine.make(type, ObjectRenderer.partial(object, version: format.metaVersion))
        case .partialList:
            throw APIStatusError.wrongShape("PartialObjectMetadataList", renderer.endpoint.info, isList: false)
        case .table:
            var options = renderer.tableOptions
            options.omitsHeader = hasHeader
            hasHeader = true
            var list = ListMeta()
            list.resourceVersion = object.resourceVersion
            return WatchLine.make(type, try renderer.endpoint.table([object], options, list: list))
        }
    }

    /// Four bytes of length, most significant first, then a `WatchEvent`.
    func protobufFrame(_ type: String, _ body: [UInt8]) -> [UInt8] {
        var event = WatchEvent()
        event.type = type
        event.object.raw = body
        var writer = ProtobufWriter()
        event.encode(protobuf: &writer)
        let message = writer.bytes
        let length = UInt32(truncatingIfNeeded: message.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
    }
}
