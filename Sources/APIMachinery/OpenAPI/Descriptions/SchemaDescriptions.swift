// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What `kubectl explain` says of kinds, types and fields, in the words of this project.
enum SchemaDescriptions {
    /// A type of a document (`core/v1`).
    static func type(_ name: String, document: String) -> String {
        texts["\(document).\(name)"] ?? "\(name) of \(document)."
    }

    /// A field of a type: its own words, else those for fields of that name anywhere.
    static func field(_ name: String, of type: String, document: String) -> String {
        texts["\(document).\(type).\(name)"] ?? common[name] ?? ""
    }

    /// By full name of a type, or of a field.
    private static let texts: [String: String] = {
        var texts: [String: String] = [:]
        for source in SchemaTexts.all { SchemaTexts.read(source, into: &texts) }
        return texts
    }()

    /// Fields that mean the same wherever they stand.
    private static let common: [String: String] = [
        "metadata": "Names, labels and versions of the object.",
        "spec": "What is wanted.",
        "status": "What was observed last; written by the system.",
        "name": "The name.",
        "namespace": "The namespace.",
        "kind": "The kind.",
        "apiVersion": "The version of the schema.",
        "apiGroup": "The API group.",
        "type": "Which of the possible kinds it is.",
        "reason": "Why, in one word.",
        "message": "Why, for people.",
        "conditions": "What holds and what does not.",
        "lastTransitionTime": "Since when the status is what it is.",
        "lastProbeTime": "When it was looked at last.",
        "lastUpdateTime": "When it was written last.",
        "lastHeartbeatTime": "When it was reported last.",
        "observedGeneration": "The generation of the object that this is about.",
        "collisionCount": "How often a made-up name was taken.",
        "selector": "Labels of the objects that are meant.",
        "labelSelector": "Labels of the objects that are meant.",
        "readOnly": "Whether nothing can be written there.",
        "fsType": "The type of the file system.",
        "secretRef": "The Secret with credentials.",
        "optional": "Whether it may be missing.",
        "key": "The key.",
        "operator": "How to compare.",
        "values": "What to compare with.",
        "port": "The port.",
        "protocol": "TCP, UDP or SCTP.",
        "image": "The image.",
        "volumeID": "The id of the volume.",
        "path": "The path.",
        "driver": "The driver.",
        "uid": "The uid of the object.",
    ]
}

/// The words, as texts: `# group/version`, then `Type: words` and `.field: words` below it.
enum SchemaTexts {
    static let all = [pods, podRules, core, volumes, workloads, groups]

    /// Reads a text.
    static func read(_ source: String, into texts: inout [String: String]) {
        var (document, type) = ("", "")
        for line in source.split(separator: "\n") {
            if line.hasPrefix("# ") {
                document = String(line.dropFirst(2))
                continue
            }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let (name, words) = (line[..<colon], line[colon...].dropFirst().drop { $0 == " " })
            if name.hasPrefix(".") {
                texts["\(document).\(type)\(name)"] = String(words)
            } else {
                type = String(name)
                texts["\(document).\(type)"] = String(words)
            }
        }
    }
}
