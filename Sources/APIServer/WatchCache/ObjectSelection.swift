// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
import KubernetesAPI
import Store
import Wire

/// A field that a kind can be selected by, for example `spec.nodeName` of pods.
///
/// Its value is read from the object's JSON bytes, so that selecting does not decode.
package struct SelectableField: Sendable {
    /// As field selectors name it.
    package let name: String
    /// The members that lead to it; the first path with a value counts.
    let paths: [[[UInt8]]]
    /// The value where the JSON does not have it (Go's zero value as text).
    let absent: String

    /// - Parameters:
    ///   - name: as field selectors name it.
    ///   - paths: where it stands, members joined by dots; the first with a value counts.
    ///   - absent: the value where the JSON does not have it.
    package init(_ name: String, paths: [String], absent: String = "") {
        self.name = name
        self.paths = paths.map { $0.split(separator: ".").map { Array($0.utf8) } }
        self.absent = absent
    }

    func value(in bytes: [UInt8]) -> String {
        for path in paths {
            if let value = JSONScan.scalar(path, in: bytes), !value.isEmpty { return value }
        }
        return absent
    }
}

/// One term of a field selector.
package struct FieldTerm: Sendable {
    package enum Subject: Sendable {
        case name, namespace
        case field(SelectableField)
    }
    var subject: Subject
    var value: String
    var isNegated: Bool

    package init(_ subject: Subject, value: String, isNegated: Bool = false) {
        self.subject = subject
        self.value = value
        self.isNegated = isNegated
    }

    func matches(_ object: StoredObject) -> Bool {
        let actual: String =
            switch subject {
            case .name: object.name
            case .namespace: object.namespace
            case .field(let field): field.value(in: object.bytes)
            }
        return (actual == value) != isNegated
    }
}

/// Which objects of a resource a list or a watch is about.
package struct ObjectSelection: Sendable {
    /// Empty for all namespaces and for cluster-scoped resources.
    package var namespace: String
    /// Whether labels match; nil where any do.
    package var labels: (@Sendable ([String: String]) -> Bool)?
    /// All must hold.
    package var fields: [FieldTerm]

    package init(
        namespace: String = "", labels: (@Sendable ([String: String]) -> Bool)? = nil, fields: [FieldTerm] = []
    ) {
        self.namespace = namespace
        self.labels = labels
        self.fields = fields
    }

    /// Whether only the namespace narrows the selection.
    package var isWholeNamespace: Bool { labels == nil && fields.isEmpty }

    /// The one name that can match, where a field term asks for it.
    package var exactName: String? {
        for term in fields where !term.isNegated {
            if case .name = term.subject { return term.value }
        }
        return nil
    }

    package func matches(_ object: StoredObject) -> Bool {
        guard namespace.isEmpty || object.namespace == namespace else { return false }
        for term in fields where !term.matches(object) { return false }
        guard let labels else { return true }
        return labels(JSONScan.labels(object.bytes))
    }
}
