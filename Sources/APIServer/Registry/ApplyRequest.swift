// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Wire

/// The body of a server-side apply: part of an object, as YAML or JSON.
struct ApplyRequest: Sendable {
    let patch: JSONValue
    /// What strict decoding says of keys that stand twice.
    let duplicates: String?

    /// - Throws: 400 for what is no YAML, or no object.
    init(_ bytes: [UInt8]) throws(APIStatusError) {
        let read: (value: JSONValue, duplicates: String?)
        if bytes.first == UInt8(ascii: "{"), let json = try? JSONValue.parseReportingDuplicates(bytes),
            json.duplicates.isEmpty
        {
            read = (json.value, nil)
        } else {
            do throws(YAMLError) {
                read = try YAML.parseReportingDuplicates(bytes)
            } catch {
                throw .badRequest("error decoding YAML: " + Self.converting(error.message))
            }
        }
        duplicates = read.duplicates
        switch read.value {
        case .object: patch = read.value
        case .null: patch = .object(JSONObject())
        default:
            throw .badRequest(
                "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + "\(read.value.kindName) into Go value of type map[string]interface {}")
        }
    }

    private static func converting(_ message: String) -> String {
        message.hasPrefix("error converting") ? message : "error converting YAML to JSON: " + message
    }

    /// Refuses another kind or version than the path is about.
    func check<Kind: TopLevelObject>(is _: Kind.Type) throws(APIStatusError) {
        guard apiVersion == Kind.apiVersion, kind == Kind.kind else {
            throw .badRequest("invalid object type: \(Self.kind(apiVersion, kind))")
        }
    }

    private var apiVersion: String { patch["apiVersion"]?.stringValue ?? "" }
    private var kind: String { patch["kind"]?.stringValue ?? "" }

    /// `apps/v1, Kind=Deployment`; the core group has no name.
    private static func kind(_ apiVersion: String, _ kind: String) -> String {
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 2: return "\(apiVersion), Kind=\(kind)"
        case 1: return "/\(apiVersion), Kind=\(kind)"
        default: return "/, Kind=\(kind)"
        }
    }

    /// What is applied, for messages: `namespace/name; group/version, Kind=kind`.
    var subject: String {
        let name = { (member: String) in patch.at("metadata", member)?.stringValue ?? "" }
        return "\(name("namespace"))/\(name("name")); " + Self.kind(apiVersion, kind)
    }

    /// The merged object as its Swift type.
    ///
    /// - Throws: where it is none any more.
    func decode<Kind: TopLevelObject>(_: Kind.Type, _ merged: JSONValue) throws(APIStatusError) -> Kind {
        let json = merged.bytes()
        do throws(JSONFault) {
            return try JSONCoding.decode(Kind.self, from: json)
        } catch {
            throw .plain(
                "failed to convert new object (\(subject)) to proper version: unable to convert unstructured object to "
                    + "\(Self.kind(Kind.apiVersion, Kind.kind)): "
                    + PatchedDocument.loose(error, in: json, root: Kind.self))
        }
    }

    /// What keys that stand twice mean by the request's field validation: an error, a warning or nothing.
    func checkDuplicates(_ options: WriteOptions) throws(APIStatusError) -> [String] {
        guard let duplicates else { return [] }
        let text = Self.converting(duplicates)
        switch options.fieldValidation {
        case .strict: throw .badRequest("error strict decoding YAML: " + text)
        case .warn: return [text]
        case .ignore: return []
        }
    }
}
