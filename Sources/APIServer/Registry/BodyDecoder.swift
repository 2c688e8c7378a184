// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Reads the object of a request body, with the errors and warnings that Kubernetes gives.
enum BodyDecoder {
    /// What a body says of its kind.
    struct TypeMeta: Equatable {
        var apiVersion = ""
        var kind = ""
        var group: String {
            apiVersion.split(separator: "/").count > 1 ? String(apiVersion.split(separator: "/")[0]) : ""
        }
        var version: String { String(apiVersion.split(separator: "/").last ?? "") }
    }

    /// Decodes a body that must hold a `Value`.
    ///
    /// - Parameter warnings: gets what strict decoding found, where that is not an error.
    static func decode<Value: TopLevelObject>(
        _: Value.Type, _ body: ObjectBody, _ options: WriteOptions, _ warnings: inout [String]
    ) throws(APIStatusError) -> Value {
        if body.form == .protobuf { return try decodeProtobuf(Value.self, body.bytes) }
        var json = body.bytes
        var strictFaults: [String] = []
        if body.form == .yaml, json.first != UInt8(ascii: "{") {
            let read = try yaml(Value.self, json)
            json = read.json
            if let duplicates = read.duplicates { strictFaults.append(duplicates) }
        }
        let meta = try typeMeta(of: json, as: Value.self, original: body.bytes)
        if meta.apiVersion.utf8.count(where: { $0 == UInt8(ascii: "/") }) > 1 {
            throw unrecognized(Value.self, "unexpected GroupVersion string: \(meta.apiVersion)", body.bytes)
        }
        try check(meta, is: Value.self)
        do throws(JSONFault) {
            guard options.fieldValidation != .ignore else { return try JSONCoding.decode(Value.self, from: json) }
            let (value, faults) = try JSONCoding.decodeStrictly(Value.self, from: json)
            strictFaults += StrictFaults.messages(faults, in: json)
            if strictFaults.isEmpty { return value }
            if options.fieldValidation == .warn {
                warnings += strictFaults
                return value
            }
        } catch {
            throw .badRequest(
                cannotBeHandled(meta, Value.self) + JSONFaultText.message(error, in: json, root: Value.self))
        }
        throw .badRequest(
            cannotBeHandled(meta, Value.self) + "strict decoding error: " + strictFaults.joined(separator: ", "))
    }

    private static func yaml<Value: TopLevelObject>(
        _: Value.Type, _ bytes: [UInt8]
    ) throws(APIStatusError) -> (json: [UInt8], duplicates: String?) {
        do throws(YAMLError) {
            let read = try YAML.parseReportingDuplicates(bytes)
            return (read.value.bytes(), read.duplicates)
        } catch {
            throw unrecognized(Value.self, error.message, bytes)
        }
    }

    private static func decodeProtobuf<Value: TopLevelObject>(
        _: Value.Type, _ bytes: [UInt8]
    ) throws(APIStatusError) -> Value {
        do throws(ProtobufFault) {
            if bytes.count <= 4 { throw ProtobufFault(message: "empty body", offset: 0) }
            let envelope = try ProtobufCoding.open(bytes)
            let meta = TypeMeta(apiVersion: envelope.apiVersion, kind: envelope.kind)
            if let refusal = refusal(meta, is: Value.self) { throw refusal }
            return try ProtobufCoding.decode(Value.self, from: bytes)
        } catch {
            throw unrecognized(Value.self, error.message, bytes)
        }
    }

    private static func refusal<Value: TopLevelObject>(_ meta: TypeMeta, is _: Value.Type) -> ProtobufFault? {
        do throws(APIStatusError) {
            try check(meta, is: Value.self)
            return nil
        } catch {
            return ProtobufFault(message: error.message, offset: 0)
        }
    }

    // MARK: - kind and version

    private static func typeMeta<Value: TopLevelObject>(
        of json: [UInt8], as _: Value.Type, original: [UInt8]
    ) throws(APIStatusError) -> TypeMeta {
        do throws(JSONFault) {
            return try typeMeta(of: json)
        } catch {
            throw unrecognized(
                Value.self, "couldn't get version/kind; json parse error: " + typeMetaFault(error, in: json), original)
        }
    }

    /// Reads `kind` and `apiVersion` of a JSON object, and checks that the whole is JSON.
    static func typeMeta(of json: [UInt8]) throws(JSONFault) -> TypeMeta {
        try JSONReader.read(json) { (reader: inout JSONReader) throws(JSONFault) in
            var meta = TypeMeta()
            guard try reader.beginObject() else { return meta }
            while let key = try reader.nextKey() {
                if key.matches("kind") {
                    meta.kind = try reader.string()
                } else if key.matches("apiVersion") {
                    meta.apiVersion = try reader.string()
                } else {
                    try reader.skipValue()
                }
            }
            return meta
        }
    }

    static func typeMetaFault(_ fault: JSONFault, in json: [UInt8]) -> String {
        guard case .wrongType(let found, _) = fault.reason else { return JSONFaultText.syntax(fault, in: json) }
        let kind = found.split(separator: " ").first.map(String.init) ?? found
        if case .member(let field) = JSONPlace.path(to: fault.offset, in: json).first {
            // the struct has no name
            return "json: cannot unmarshal \(kind) into Go struct field .\(field) of type string"
        }
        return "json: cannot unmarshal \(kind) into Go value of type struct { APIVersion string "
            + "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"
    }

    /// What a body says of its kind must be what the path asks for; it may say nothing.
    private static func check<Value: TopLevelObject>(_ given: TypeMeta, is _: Value.Type) throws(APIStatusError) {
        guard let refusal = refusal(of: given, as: Value.self) else { return }
        throw .badRequest((refusal.isVersion ? "" : cannotBeHandled(given, Value.self)) + refusal.text)
    }

    /// Why an object of another kind is refused; nil where it is of the kind, or does not say.
    static func refusal<Value: TopLevelObject>(
        of given: TypeMeta, as _: Value.Type
    ) -> (text: String, isVersion: Bool)? {
        var meta = given
        if meta.kind.isEmpty { meta.kind = Value.kind }
        if meta.apiVersion.isEmpty { meta.apiVersion = Value.apiVersion }
        if meta.kind == Value.kind, meta.apiVersion == Value.apiVersion { return nil }
        let isKnown =
            KindTable.type(apiVersion: meta.apiVersion, kind: meta.kind) != nil
            || meta.kind.hasSuffix("List")
                && KindTable.type(apiVersion: meta.apiVersion, kind: String(meta.kind.dropLast(4))) != nil
            || meta.apiVersion == "v1" && meta.kind == "List"
        guard isKnown else {
            let text =
                "no kind \"\(meta.kind)\" is registered for version \"\(meta.apiVersion)\" in scheme "
                + "\"pkg/api/legacyscheme/scheme.go:30\""
            return (text, false)
        }
        if meta.kind == Value.kind, meta.group == Value.group {
            let text =
                "the API version in the data (\(meta.apiVersion)) does not match the expected API version (\(Value.apiVersion))"
            return (text, true)
        }
        let package = GoPackage.name(Value.group)
        let text =
            "converting (\(meta.version).\(meta.kind)) to (\(package).\(Value.kind)): unknown conversion"
        return (text, false)
    }

    private static func cannotBeHandled<Value: TopLevelObject>(_ given: TypeMeta, _: Value.Type) -> String {
        let kind = given.kind.isEmpty ? Value.kind : given.kind
        let version = given.version.isEmpty ? Value.version : given.version
        return "\(kind) in version \"\(version)\" cannot be handled as a \(Value.kind): "
    }

    private static func unrecognized<Value: TopLevelObject>(
        _: Value.Type, _ message: String, _ bytes: [UInt8]
    ) -> APIStatusError {
        .badRequest("the object provided is unrecognized (must be of type \(Value.kind)): \(message) (\(show(bytes)))")
    }

    /// The first bytes of a body for a message: as text where it looks like JSON, else as hexadecimal digits.
    private static func show(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "<empty>" }
        let head = bytes.prefix(30)
        let text: String
        if bytes[0] == UInt8(ascii: "{") {
            text = String(decoding: head, as: UTF8.self)
        } else {
            text = head.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        return bytes.count > 30 ? text + " ..." : text
    }

    // MARK: - identity

    /// A new object may leave out its namespace, but not name another than the path.
    static func checkNewIdentity(
        _ meta: inout ObjectMeta, _ context: WriteContext, isNamespaced: Bool
    ) throws(APIStatusError) {
        guard isNamespaced else {
            meta.namespace = ""
            return
        }
        if meta.namespace.isEmpty { meta.namespace = context.namespace }
        guard meta.namespace == context.namespace else {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
    }

    /// An updated object must carry the name of the path.
    static func checkIdentity(
        _ meta: inout ObjectMeta, _ context: WriteContext, isNamespaced: Bool
    ) throws(APIStatusError) {
        guard !meta.name.isEmpty else {
            throw .badRequest(
                "the name of the object (\(context.name) based on URL) was undeterminable: name must be provided")
        }
        guard meta.name == context.name else {
            throw .badRequest(
                "the name of the object (\(meta.name)) does not match the name on the URL (\(context.name))")
        }
        try checkNewIdentity(&meta, context, isNamespaced: isNamespaced)
    }
}
