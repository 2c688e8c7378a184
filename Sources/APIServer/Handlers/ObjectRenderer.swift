// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Writes stored objects in the negotiated form.
struct ObjectRenderer: Sendable {
    let endpoint: any ResourceEndpoint
    let format: OutputFormat
    /// `includeObject` of a Table: `Metadata`, `Object` or `None`.
    var tableOptions = TableOptions()

    /// The whole answer for one object.
    func response(
        _ object: StoredObject, status: Int, headers: [(name: String, value: String)] = []
    ) throws -> APIResponse {
        if format.encoding == .protobuf {
            let bytes: [UInt8]
            switch format.transform {
            case .none: bytes = try endpoint.protobuf(object)
            case .partial:
                bytes = ProtobufCoding.encode(
                    try partialObject(object), apiVersion: format.metaAPIVersion, kind: "PartialObjectMetadata")
            case .partialList: throw notAList()
            case .table: throw APIStatusError.notAcceptable(accepted: OutputFormat.acceptedTypes)
            }
            return .whole(
                ResponseHead(status: status, contentType: format.encoding.rawValue, headers: headers), [bytes])
        }
        return Responses.bytes(try json(object), status: status, format, headers: headers)
    }

    /// The JSON of one object.
    func json(_ object: StoredObject) throws -> [UInt8] {
        switch format.transform {
        case .none: try endpoint.present(object).bytes
        case .partial: Self.partial(object, version: format.metaVersion)
        case .table: try endpoint.table([object], tableOptions, list: nil)
        case .partialList: throw notAList()
        }
    }

    private func notAList() -> APIStatusError {
        .wrongShape("PartialObjectMetadataList", endpoint.info, isList: false)
    }

    private static let partialHead = Array(
        #"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":"#.utf8)
    private static let oldPartialHead = Array(
        #"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1beta1","metadata":"#.utf8)

    /// The object's metadata alone, cut out of its bytes.
    ///
    /// - Parameter version: of `meta.k8s.io`: `v1` or `v1beta1`.
    static func partial(_ object: StoredObject, version: String = "v1") -> [UInt8] {
        var out = version == "v1" ? partialHead : oldPartialHead
        object.bytes.withUnsafeBufferPointer { p in
            guard let start = JSONScan.member(p, at: 0, key: JSONScan.metadataKey) else {
                out.append(contentsOf: "{}".utf8)
                return
            }
            out.append(contentsOf: p[start..<JSONScan.skip(p, start)])
        }
        out.append(UInt8(ascii: "}"))
        return out
    }

    func partialObject(_ object: StoredObject) throws -> PartialObjectMetadata {
        try JSONCoding.decode(PartialObjectMetadata.self, from: Self.partial(object))
    }

    /// The item of a list: the object without `kind` and `apiVersion`, as the bytes from `skip` on after an opening brace.
    var itemPrefix: Int {
        let info = endpoint.info
        return #"{"kind":"","apiVersion":"","#.utf8.count + info.kind.utf8.count + info.apiVersion.utf8.count
    }

    /// Appends the item of a list.
    func appendItem(_ object: StoredObject, to out: inout [UInt8], prefix: Int) throws {
        guard format.transform == .none else {
            out.append(contentsOf: Self.partial(object, version: format.metaVersion))
            return
        }
        let bytes = try endpoint.present(object).bytes
        guard bytes.count > prefix else { return }
        out.append(UInt8(ascii: "{"))
        out.append(contentsOf: bytes[prefix...])
    }
}
