// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// One page of a list.
struct ObjectPageResult: Sendable {
    var objects: SelectedObjects
    var revision: UInt64
    var continueToken = ""
    /// nil where it is not known (selectors) or nothing remains.
    var remaining: Int?

    var metadata: ListMeta {
        ListMeta {
            $0.resourceVersion = String(revision)
            $0.continue = continueToken
            $0.remainingItemCount = remaining.map(Int64.init)
        }
    }
}

extension ObjectRenderer {
    /// Lists with more bytes of objects than this are joined while they are sent.
    private static var pieceSize: Int { 32 << 10 }

    /// The answer for a list: joined from stored bytes; a large one is joined while it is sent, so that it needs no memory of
    /// its own size.
    func listResponse(_ page: ObjectPageResult) throws -> APIResponse {
        if format.transform == .partial {
            throw APIStatusError.wrongShape("PartialObjectMetadata", endpoint.info, isList: true)
        }
        if format.encoding == .protobuf { return try protobufList(page) }
        if format.transform == .table {
            return Responses.bytes(
                try endpoint.table(Array(page.objects), tableOptions, list: page.metadata), status: 200, format)
        }
        if format.encoding == .json, page.objects.isLarger(than: Self.pieceSize) {
            let body = ListBody(
                renderer: self, head: head(page), objects: page.objects.makeIterator(), tail: tail(page))
            var answer = ResponseHead(status: 200)
            answer.isCompressible = true
            guard format.isPretty else { return .stream(answer) { writer in try await writer.write(body) } }
            return .stream(answer) { writer in try await writer.write(IndentedBody(body)) }
        }
        var out = head(page)
        let prefix = itemPrefix
        var isFirst = true
        for object in page.objects {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            try appendItem(object, to: &out, prefix: prefix)
        }
        out.append(contentsOf: tail(page))
        return Responses.bytes(out, status: 200, format)
    }

    private func head(_ page: ObjectPageResult) -> [UInt8] {
        let isPartial = format.transform != .none
        let kind = isPartial ? "PartialObjectMetadataList" : endpoint.info.kind + "List"
        let version = isPartial ? format.metaAPIVersion : endpoint.info.apiVersion
        var out = Array(#"{"kind":"\#(kind)","apiVersion":"\#(version)","metadata":"#.utf8)
        out.append(contentsOf: JSONCoding.encode(page.metadata))
        // Go writes a list of metadata that was never filled as null
        out.append(contentsOf: #","items":\#(isPartial && page.objects.isEmpty ? "null" : "[")"#.utf8)
        return out
    }

    private func tail(_ page: ObjectPageResult) -> [UInt8] {
        Array((format.transform != .none && page.objects.isEmpty ? "}\n" : "]}\n").utf8)
    }

    private func protobufList(_ page: ObjectPageResult) throws -> APIResponse {
        let bytes: [UInt8]
        switch format.transform {
        case .none: bytes = try endpoint.protobufList(Array(page.objects), page.metadata)
        case .partial, .partialList:
            var list = ObjectList<PartialObjectMetadata>()
            list.metadata = page.metadata
            list.items = try page.objects.map(partialObject)
            bytes = ProtobufCoding.encode(list, apiVersion: format.metaAPIVersion, kind: "PartialObjectMetadataList")
        case .table: throw APIStatusError.notAcceptable(accepted: OutputFormat.acceptedTypes)
        }
        var head = ResponseHead(status: 200, contentType: format.encoding.rawValue)
        head.isCompressible = true
        return .whole(head, [bytes])
    }
}
