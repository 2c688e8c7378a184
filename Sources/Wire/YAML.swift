// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why bytes are no YAML document, worded as Kubernetes words it: `yaml: line 4: found character that cannot start any token`.
public struct YAMLError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, with the line where one is known.
    public var message: String

    public var description: String { message }
}

/// YAML 1.1 as Kubernetes uses it (`sigs.k8s.io/yaml`): another way to write a JSON document.
///
/// Plain scalars are resolved by the old rules: `yes`, `on` and `y` are true, `0777` is octal, `~` is null.
public enum YAML {
    /// The first document as JSON with sorted keys; an empty stream is `null`. Of equal keys the last one counts.
    public static func toJSON(_ bytes: [UInt8]) throws(YAMLError) -> [UInt8] { try parse(bytes).bytes() }

    /// Every document of the stream as JSON; empty documents are left out.
    public static func documentsToJSON(_ bytes: [UInt8]) throws(YAMLError) -> [[UInt8]] {
        try documents(bytes).map { $0.bytes() }
    }

    /// The first document of the stream; an empty stream is `null`. Of equal keys the last one counts.
    public static func parse(_ bytes: [UInt8]) throws(YAMLError) -> JSONValue {
        try parseReportingDuplicates(bytes).value
    }

    /// The first document, and what strict decoding says of keys that stand twice in one map
    /// (`yaml: unmarshal errors:\n  line 7: key "kind" already set in map`), nil if there are none.
    public static func parseReportingDuplicates(
        _ bytes: [UInt8]
    ) throws(YAMLError) -> (value: JSONValue, duplicates: String?) {
        var reader = YAMLDocumentReader()
        let value = try reader.read(bytes, all: false).first ?? .null
        guard !reader.duplicates.isEmpty else { return (value, nil) }
        return (value, "yaml: unmarshal errors:\n  " + reader.duplicates.joined(separator: "\n  "))
    }

    /// Every document of the stream; empty documents are left out.
    public static func documents(_ bytes: [UInt8]) throws(YAMLError) -> [JSONValue] {
        var reader = YAMLDocumentReader()
        return try reader.read(bytes, all: true).filter { !$0.isNull }
    }

    /// A JSON document as YAML: sorted keys, two spaces, list items not indented below their key.
    public static func fromJSON(_ bytes: [UInt8]) throws(JSONParseError) -> [UInt8] {
        write(try JSONValue.parse(bytes))
    }

    /// A value as YAML, ending with a line break.
    public static func write(_ value: JSONValue) -> [UInt8] {
        var writer = YAMLWriter()
        writer.document(value)
        return writer.out
    }
}
