// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Crypto
public import KubernetesAPI
import Synchronization
import Wire

/// The OpenAPI documents of the API, made when first asked for and kept as bytes.
///
/// - SeeAlso: Kubernetes' documentation "The Kubernetes API", OpenAPI V2 and V3.
public final class OpenAPIDocuments: Sendable {
    private let resources: [ResourceInfo]
    private let version: String
    private let cache = Mutex<[String: [UInt8]]>([:])
    private let hashes = Mutex<[String: String]>([:])

    /// - Parameters:
    ///   - resources: what the server serves.
    ///   - version: of the server, for example `v1.36.2`.
    public init(_ resources: [ResourceInfo], version: String) {
        self.resources = resources
        self.version = version
    }

    /// The names below `/openapi/v3`: `api/v1`, `apis/apps/v1`, ...
    public var paths: [String] {
        var paths: Set<String> = [".well-known/openid-configuration", "api", "apis", "openid/v1/jwks", "version"]
        for resource in resources {
            if resource.group.isEmpty {
                paths.insert("api/v1")
            } else {
                paths.insert("apis/\(resource.group)")
                paths.insert("apis/\(resource.apiVersion)")
            }
        }
        return paths.sorted()
    }

    /// `/openapi/v3`: every path with the address of its document, whose hash lets clients cache it.
    public func index() -> [UInt8] {
        cached("index") {
            var writer = JSONWriter(reserving: 16_384)
            writer.beginObject()
            writer.key("paths")
            writer.beginObject()
            for path in paths {
                writer.key(path)
                writer.beginObject()
                writer.key("serverRelativeURL")
                writer.string("/openapi/v3/\(path)?hash=\(hash(of: path) ?? "")")
                writer.endObject()
            }
            writer.endObject()
            writer.endObject()
            return writer.bytes
        }
    }

    /// The SHA-512 of the document of a path in upper case hexadecimal digits; nil where there is no such path.
    public func hash(of path: String) -> String? {
        if let known = hashes.withLock({ $0[path] }) { return known }
        guard paths.contains(path) else { return nil }
        // made for its hash alone: who asks for the index rarely wants every document
        let digest = SHA512.hash(data: makeVersion3(path))
        let text = digest.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
        hashes.withLock { $0[path] = text }
        return text
    }

    /// `/openapi/v3/PATH` as JSON; nil where there is no such path.
    public func version3(_ path: String) -> [UInt8]? {
        guard paths.contains(path) else { return nil }
        return cached("v3 \(path)") { makeVersion3(path) }
    }

    /// `/openapi/v2` as JSON.
    public func version2() -> [UInt8] { cached("v2") { makeVersion2() } }

    /// `/openapi/v2` as a gnostic `Document` message, which older clients ask for.
    public func version2Protobuf() -> [UInt8] { cached("v2 protobuf") { makeVersion2Protobuf() } }

    private func cached(_ key: String, _ make: () -> [UInt8]) -> [UInt8] {
        if let known = cache.withLock({ $0[key] }) { return known }
        let bytes = make()
        cache.withLock { $0[key] = bytes }
        return bytes
    }

    private func served(at path: String) -> [ResourceInfo] {
        resources.filter { ($0.group.isEmpty ? "api/v1" : "apis/\($0.apiVersion)") == path }
    }

    private func makeVersion3(_ path: String) -> [UInt8] {
        let resources = served(at: path)
        var writer = JSONWriter(reserving: 262_144)
        writer.beginObject()
        writer.key("openapi")
        writer.string("3.0.0")
        writeInfo(&writer)
        writer.key("paths")
        OpenAPIPaths(isVersion3: true).write(resources, to: &writer)
        writer.key("components")
        writer.beginObject()
        writer.key("schemas")
        writer.beginObject()
        let keys = Set(resources.map { "\($0.group.isEmpty ? "core" : $0.group)/\($0.version)" })
        for (name, schema) in OpenAPIBuilder().schemas(of: keys.sorted()) where !resources.isEmpty {
            writer.key(name)
            schema.write(to: &writer, prefix: "#/components/schemas/")
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private var documentKeys: [String] {
        Set(resources.map { "\($0.group.isEmpty ? "core" : $0.group)/\($0.version)" }).sorted()
    }

    private func makeVersion2() -> [UInt8] {
        var writer = JSONWriter(reserving: 1_048_576)
        writer.beginObject()
        writer.key("swagger")
        writer.string("2.0")
        writeInfo(&writer)
        writer.key("paths")
        OpenAPIPaths(isVersion3: false).write(resources, to: &writer)
        writer.key("definitions")
        writer.beginObject()
        for (name, schema) in OpenAPIBuilder().schemas(of: documentKeys) {
            writer.key(name)
            schema.write(to: &writer, prefix: "#/definitions/")
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func writeInfo(_ writer: inout JSONWriter) {
        writer.key("info")
        writer.beginObject()
        writer.key("title")
        writer.string("Kubernetes")
        writer.key("version")
        writer.string(version)
        writer.endObject()
    }

    private func makeVersion2Protobuf() -> [UInt8] {
        var writer = ProtobufWriter(reserving: 1_048_576)
        let definitions = writer.count
        for (name, schema) in OpenAPIBuilder().schemas(of: documentKeys).reversed() {
            OpenAPISchema.named(1, name, schema, &writer)
        }
        writer.endMessage(9, since: definitions)
        let paths = writer.count
        OpenAPIPaths.write(resources, to: &writer)
        writer.endMessage(8, since: paths)
        let info = writer.count
        writer.string(2, version)
        writer.string(1, "Kubernetes")
        writer.endMessage(2, since: info)
        writer.string(1, "2.0")
        return writer.bytes
    }
}
