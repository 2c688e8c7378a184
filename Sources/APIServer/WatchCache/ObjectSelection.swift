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

    func matches(_ object: StoredObject, _ values: inout ScannedValues) -> Bool {
        switch subject {
        case .name: (object.name == value) != isNegated
        case .namespace: (object.namespace == value) != isNegated
        case .field(let field): (values.value(of: field, in: object) == value) != isNegated
        }
    }
}

/// The values of one object that selectors ask for, each read from its bytes when it is first asked for.
struct ScannedValues: Sendable {
    private var labels: [String: String]?
    private var fields: [(name: String, value: String)] = []

    mutating func labels(of object: StoredObject) -> [String: String] {
        if let labels { return labels }
        let read = JSONScan.labels(object.bytes)
        labels = read
        return read
    }

    mutating func value(of field: SelectableField, in object: StoredObject) -> String {
        // few fields are asked for at all: looking at them one by one is quicker than a hash
        if let known = fields.first(where: { $0.name == field.name }) { return known.value }
        let value = field.value(in: object.bytes)
        fields.append((field.name, value))
        return value
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

    /// Whether the namespace is right.
    func isIn(_ object: StoredObject) -> Bool { namespace.isEmpty || object.namespace == namespace }

    package func matches(_ object: StoredObject) -> Bool {
        guard isIn(object) else { return false }
        guard !isWholeNamespace else { return true }
        var values = ScannedValues()
        return matches(object, &values)
    }

    /// Whether fields and labels are right.
    func matches(_ object: StoredObject, _ values: inout ScannedValues) -> Bool {
        for term in fields where !term.matches(object, &values) { return false }
        guard let labels else { return true }
        return labels(values.labels(of: object))
    }
}
