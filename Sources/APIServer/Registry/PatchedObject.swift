// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// A document after a patch, before it is read as an object.
struct PatchedDocument: Sendable {
    var value: JSONValue
    /// What strict reading of the patch itself found.
    var faults: [String] = []
    /// A strategic merge patch as Go prints it: its messages show the patch where others show the result.
    var shownPatch: String?
}

extension PatchedDocument {
    /// The object of the document.
    ///
    /// - Parameter warnings: gets what strict reading found, where that is not an error.
    /// - Throws: 422 where it is no object of the kind, or has what strict reading does not let pass.
    func decode<Value: TopLevelObject>(
        _: Value.Type, _ options: WriteOptions, _ warnings: inout [String]
    ) throws(APIStatusError) -> Value {
        let json = value.bytes()
        if shownPatch == nil { try checkKind(Value.self, json) }
        var strictFaults = faults
        let object: Value
        do throws(JSONFault) {
            if options.fieldValidation == .ignore { return try JSONCoding.decode(Value.self, from: json) }
            let read = try JSONCoding.decodeStrictly(Value.self, from: json)
            object = read.0
            strictFaults += StrictFaults.messages(read.1, in: json).filter { !strictFaults.contains($0) }
        } catch {
            if let whole = withWholeNumbers(error) { return try whole.decode(Value.self, options, &warnings) }
            let isRead = shownPatch == nil
            throw invalid(
                json,
                isRead
                    ? JSONFaultText.message(error, in: json, root: Value.self)
                    : Self.loose(error, in: json, root: Value.self))
        }
        if options.fieldValidation == .strict, !strictFaults.isEmpty {
            throw invalid(json, "strict decoding error: " + strictFaults.joined(separator: ", "))
        }
        if options.fieldValidation == .warn { warnings += strictFaults }
        return object
    }

    /// A patch cannot make an object of another kind of it; a strategic one cannot even try, since its result is not read again.
    private func checkKind<Value: TopLevelObject>(_: Value.Type, _ json: [UInt8]) throws(APIStatusError) {
        let meta = BodyDecoder.TypeMeta(
            apiVersion: value["apiVersion"]?.stringValue ?? "", kind: value["kind"]?.stringValue ?? "")
        if let refusal = BodyDecoder.refusal(of: meta, as: Value.self) { throw invalid(json, refusal.text) }
    }

    private func invalid(_ json: [UInt8], _ text: String) -> APIStatusError {
        .invalid(
            APIMachinery.GroupKind(group: "", kind: ""), name: "",
            [.invalid(FieldPath("patch"), shownPatch ?? String(decoding: json, as: UTF8.self), text)])
    }

    /// The words of the converter that reads the result of a strategic merge patch.
    ///
    /// - SeeAlso: `fromUnstructured` of `k8s.io/apimachinery/pkg/runtime`.
    static func loose<Value: TopLevelObject>(_ fault: JSONFault, in json: [UInt8], root: Value.Type) -> String {
        guard case .wrongType(let found, let scalar) = fault.reason else {
            let text = JSONFaultText.syntax(fault, in: json)
            return text.hasPrefix("illegal base64") ? "error decoding from json: \(text)" : text
        }
        let place = JSONFaultText.place(of: fault.offset, in: json, root: root)
        let type = place.type ?? scalar
        if place.readsItself { return "json: cannot unmarshal \(found) into Go value of type \(type)" }
        let number = json[min(fault.offset, json.count)...].prefix { !",]}".utf8.contains($0) }
        let isWhole = !number.contains { ".eE".utf8.contains($0) }
        let kinds = ["number": isWhole ? "int64" : "float64", "object": "map", "array": "slice"]
        let kind = found.split(separator: " ").first.map { kinds[String($0)] ?? String($0) } ?? found
        if scalar == "string" {
            return kind == "int64" ? "cannot convert int64 to \(type)" : "unrecognized type: string"
        }
        if type.hasPrefix("map[") || type.hasSuffix("ResourceList") { return "cannot restore map from \(kind)" }
        if type.hasPrefix("[]") { return "cannot restore slice from \(kind)" }
        if type.contains(".") { return "cannot restore struct from: \(kind)" }
        let isNumber = kind == "int64" || kind == "float64"
        let takesNumbers = type.hasPrefix("int") || type.hasPrefix("float")
        return isNumber && takesNumbers ? "cannot convert \(kind) to \(type)" : "unrecognized type: \(type)"
    }

    /// The converter takes `3.0` for 3 where a whole number is asked for, which a reader does not.
    private func withWholeNumbers(_ fault: JSONFault) -> PatchedDocument? {
        guard shownPatch != nil, case .wrongType(let found, _) = fault.reason, found.hasPrefix("number ") else {
            return nil
        }
        var document = self
        document.value = Self.wholeNumbers(value)
        return document.value.bytes() == value.bytes() ? nil : document  // 3.0 and 3 are equal otherwise
    }

    private static func wholeNumbers(_ value: JSONValue) -> JSONValue {
        switch value {
        case .number(let number):
            guard number.int64Value == nil, let whole = number.doubleValue.flatMap({ Int64(exactly: $0) }) else {
                return value
            }
            return .number(JSONNumber(text: String(whole)))
        case .array(let items): return .array(items.map(wholeNumbers))
        case .object(let object): return .object(JSONObject(object.map { ($0.0, wholeNumbers($0.1)) }))
        default: return value
        }
    }
}
