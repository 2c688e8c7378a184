// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension TypedValue {
    /// What the value does against its shape: unknown members, wrong types, items that stand twice.
    func faults() -> [TypedFault] {
        var faults: [TypedFault] = []
        Self.check(value, shape, "", &faults)
        return faults
    }

    private static func check(_ value: JSONValue, _ shape: ApplyShape, _ path: String, _ faults: inout [TypedFault]) {
        if value.isNull { return }
        switch shape {
        case .anything: return
        case .scalar(let scalar):
            if let message = wrong(value, scalar) { faults.append(TypedFault(message, at: path)) }
        case .list(let item, let kind):
            guard let items = value.arrayValue else {
                faults.append(TypedFault("expected list, got \(shown(value))", at: path))
                return
            }
            check(items, item, kind, path, &faults)
        case .map, .structure:
            guard let members = value.objectValue else {
                faults.append(TypedFault("expected map, got \(shown(value))", at: path))
                return
            }
            for (name, member) in members {
                guard let inner = declared(name, shape) else {
                    faults.append(TypedFault("field not declared in schema", at: "\(path).\(name)"))
                    return
                }
                check(member, inner, "\(path).\(name)", &faults)
            }
        }
    }

    private static func declared(_ name: String, _ shape: ApplyShape) -> ApplyShape? {
        switch shape {
        case .structure(let structure, _): structure.field(name)?.shape ?? structure.others
        case .map(let value, _): value
        default: .anything
        }
    }

    private static func check(
        _ items: [JSONValue], _ item: ApplyShape, _ kind: ApplyListKind, _ path: String, _ faults: inout [TypedFault]
    ) {
        var seen: Set<String> = []
        for (index, value) in items.enumerated() {
            var place = "[\(index)]"
            if kind != .atomic {
                do throws(TypedFault) {
                    let element = try ListItems.element(value, item, kind)
                    place = FieldElement.path(element)
                    if !seen.insert(element).inserted {
                        faults.append(TypedFault("duplicate entries for key \(place)", at: path))
                        return
                    }
                } catch {
                    faults.append(TypedFault("element \(index): \(error.message)", at: path))
                    return
                }
            }
            check(value, item, path + place, &faults)
        }
    }

    private static func wrong(_ value: JSONValue, _ scalar: ApplyScalar) -> String? {
        switch (scalar, value) {
        case (.string, .string), (.number, .number), (.boolean, .bool): nil
        case (.any, .string), (.any, .number), (.any, .bool): nil
        case (.string, _): "expected string, got &value.valueUnstructured{Value:\(goSyntax(value))}"
        case (.number, _): "expected numeric (int or float), got \(goType(value))"
        case (.boolean, _): "expected boolean, got \(shown(value))"
        case (.any, _): "expected scalar, got \(shown(value))"
        }
    }

    private static func goType(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool: "bool"
        case .string: "string"
        case .number(let number): number.int64Value == nil ? "float64" : "int64"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// As Go's `%#v` prints it.
    private static func goSyntax(_ value: JSONValue) -> String {
        switch value {
        case .null: "interface {}(nil)"
        case .bool(let flag): "\(flag)"
        case .string(let text): GoText.quote(text)
        case .number(let number): number.text
        case .array(let items): "[]interface {}{" + items.map(goSyntax).joined(separator: ", ") + "}"
        case .object(let members):
            "map[string]interface {}{"
                + members.sortedByKey().map { "\(GoText.quote($0.key)):\(goSyntax($0.value))" }.joined(separator: ", ")
                + "}"
        }
    }

    /// As upstream's values print themselves: JSON-like, strings in quotes.
    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): GoText.quote(text)
        case .array(let items): "[" + items.map(shown).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.sortedByKey().map { "\($0.key)=\(shown($0.value))" }.joined(separator: ";") + "}"
        default: FieldElement.text(value)
        }
    }
}
