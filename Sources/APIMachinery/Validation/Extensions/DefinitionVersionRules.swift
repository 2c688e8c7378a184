// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The versions of a custom kind. What all of them say alike, Kubernetes looks at once, above the versions: faults of it have
/// paths like `spec.validation` then.
struct DefinitionVersionRules {
    /// The versions without what they share.
    private var versions: [CustomResourceDefinitionVersion]
    private var schema: CustomResourceValidation?
    private var subresources: CustomResourceSubresources?
    private var columns: [CustomResourceColumnDefinition] = []
    private var fields: [SelectableField] = []

    init(_ spec: CustomResourceDefinitionSpec) {
        versions = spec.versions
        guard let first = versions.first else { return }
        if versions.allSatisfy({ Self.isSame($0.schema, first.schema) }) {
            schema = first.schema
            for index in versions.indices { versions[index].schema = nil }
        }
        if versions.allSatisfy({ $0.subresources == first.subresources }) {
            subresources = first.subresources
            for index in versions.indices { versions[index].subresources = nil }
        }
        if versions.allSatisfy({ $0.additionalPrinterColumns == first.additionalPrinterColumns }) {
            columns = first.additionalPrinterColumns
            for index in versions.indices { versions[index].additionalPrinterColumns = [] }
        }
        if versions.allSatisfy({ $0.selectableFields == first.selectableFields }) {
            fields = first.selectableFields
            for index in versions.indices { versions[index].selectableFields = [] }
        }
    }

    private static func isSame(_ left: CustomResourceValidation?, _ right: CustomResourceValidation?) -> Bool {
        left == right
    }

    /// The faults of the versions.
    func validate(_ path: FieldPath) -> [FieldError] {
        let at = path.child("versions")
        var errors: [FieldError] = []
        if schema?.openAPIV3Schema == nil {
            for (index, version) in versions.enumerated() where version.schema?.openAPIV3Schema == nil {
                errors.append(.required(at.index(index).child("schema", "openAPIV3Schema"), "schemas are required"))
            }
        }
        for (index, version) in versions.enumerated() { errors += self.version(version, at.index(index)) }
        let shown: JSONValue = InternalForm.json(versions, "apiextensions.k8s.io/v1.CustomResourceDefinitionVersion")
        if Set(versions.map(\.name)).count != versions.count {
            errors.append(.invalid(at, shown, "must contain unique version names"))
        }
        if versions.count(where: \.storage) != 1 {
            let text = "must have exactly one version marked as storage version"
            errors.append(.invalid(at, versions.isEmpty ? .null : shown, text))
        }
        guard let first = versions.first?.name else { return errors }
        let faults = first.isEmpty ? [] : NameRules.dns1035Label(first)
        if !faults.isEmpty { errors.append(.invalid(path.child("version"), first, faults.joined(separator: ","))) }
        return errors
    }

    /// The faults of what all versions share.
    func common(_ path: FieldPath) -> [FieldError] {
        let hasStatus = subresources?.status != nil || versions.contains { $0.subresources?.status != nil }
        var errors = DefinitionSchemaRules.validate(schema, hasStatus: hasStatus, path.child("validation"))
        errors += self.subresources(subresources, path.child("subresources"))
        errors += self.columns(columns, path.child("additionalPrinterColumns"))
        return errors
            + SelectableFieldRules.validate(
                fields, schema?.openAPIV3Schema,
                without: "selectableFields may only be set when validations.schema is included",
                path.child("selectableFields"))
    }

    private func version(_ version: CustomResourceDefinitionVersion, _ path: FieldPath) -> [FieldError] {
        let faults = NameRules.dns1035Label(version.name)
        var errors: [FieldError] =
            faults.isEmpty ? [] : [.invalid(path.child("name"), version.name, faults.joined(separator: ","))]
        errors += warning(version, path.child("deprecationWarning"))
        let hasStatus = (version.subresources ?? subresources)?.status != nil
        errors += DefinitionSchemaRules.validate(version.schema, hasStatus: hasStatus, path.child("schema"))
        errors += subresources(version.subresources, path.child("subresources"))
        errors += columns(version.additionalPrinterColumns, path.child("additionalPrinterColumns"))
        return errors
            + SelectableFieldRules.validate(
                version.selectableFields, version.schema?.openAPIV3Schema,
                without: "selectableFields may only be set when version.schema.openAPIV3Schema is not included",
                path.child("selectableFields"))
    }

    private func warning(_ version: CustomResourceDefinitionVersion, _ path: FieldPath) -> [FieldError] {
        guard let text = version.deprecationWarning else { return [] }
        var faults: [String] = []
        if !version.deprecated { faults.append("can only be set for deprecated versions") }
        if text.utf8.count > 256 { faults.append("must be <= 256 characters long") }
        if text.isEmpty { faults.append("must not be an empty string") }
        return faults.map { .invalid(path, text, $0) }
    }

    // MARK: subresources, columns, fields

    private func jsonPath(_ text: String, _ path: FieldPath) -> [FieldError] {
        text.hasPrefix(".") ? [] : [.invalid(path, text, "must be a simple json path starting with .")]
    }

    private func subresources(_ subresources: CustomResourceSubresources?, _ path: FieldPath) -> [FieldError] {
        guard let scale = subresources?.scale else { return [] }
        let at = path.child("scale")
        var errors: [FieldError] = []
        for (field, text, parent) in [
            ("specReplicasPath", scale.specReplicasPath, ".spec"),
            ("statusReplicasPath", scale.statusReplicasPath, ".status"),
        ] {
            let place = at.child(field)
            if text.isEmpty { errors.append(.required(place)); continue }
            let faults = jsonPath(text, place)
            errors += faults
            if faults.isEmpty, !text.hasPrefix(parent + ".") {
                errors.append(.invalid(place, text, "should be a json path under \(parent)"))
            }
        }
        guard let text = scale.labelSelectorPath, !text.isEmpty else { return errors }
        let place = at.child("labelSelectorPath")
        let faults = jsonPath(text, place)
        if faults.isEmpty, !text.hasPrefix(".spec."), !text.hasPrefix(".status.") {
            return errors + [.invalid(place, text, "should be a json path under either .spec or .status")]
        }
        return errors + faults
    }

    private static let columnTypes = ["boolean", "date", "integer", "number", "string"]
    private static let columnFormats = [
        "byte", "date", "date-time", "double", "float", "int32", "int64", "password",
    ]

    private func columns(_ columns: [CustomResourceColumnDefinition], _ path: FieldPath) -> [FieldError] {
        columns.enumerated().flatMap { index, column -> [FieldError] in
            let at = path.index(index)
            var errors = ValueRules.required(column.name, at.child("name"))
            let types = "must be one of " + Self.columnTypes.joined(separator: ",")
            if column.type.isEmpty {
                errors.append(.required(at.child("type"), types))
            } else if !Self.columnTypes.contains(column.type) {
                errors.append(.invalid(at.child("type"), column.type, types))
            }
            if !column.format.isEmpty, !Self.columnFormats.contains(column.format) {
                let formats = "must be one of " + Self.columnFormats.joined(separator: ",")
                errors.append(.invalid(at.child("format"), column.format, formats))
            }
            let place = at.child("JSONPath")
            return errors + (column.jsonPath.isEmpty ? [.required(place)] : jsonPath(column.jsonPath, place))
        }
    }
}
