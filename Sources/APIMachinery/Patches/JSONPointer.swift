// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// A place in a document (RFC 6901).
struct JSONPointer {
    let text: String
    /// The steps, unescaped; what stands before the first slash does not count.
    private let steps: [String]

    init(_ text: String) {
        self.text = text
        steps = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
            step.contains("~") ? Self.unescape(step) : String(step)
        }
    }

    private static func unescape(_ step: Substring) -> String {
        var out = ""
        var rest = step
        while let character = rest.popFirst() {
            if character == "~", let next = rest.first, next == "0" || next == "1" {
                rest.removeFirst()
                out.append(next == "0" ? "~" : "/")
            } else {
                out.append(character)
            }
        }
        return out
    }

    /// Lets `change` work on the object or array that holds the last step. False, if there is none.
    func withContainer(
        of document: inout JSONValue, _ change: (inout JSONValue, String) throws(PatchError) -> Void
    ) throws(PatchError) -> Bool {
        guard let key = steps.last else { return false }
        return try Self.descend(&document, steps.dropLast(), key, change)
    }

    private static func descend(
        _ value: inout JSONValue, _ steps: ArraySlice<String>, _ key: String,
        _ change: (inout JSONValue, String) throws(PatchError) -> Void
    ) throws(PatchError) -> Bool {
        switch value {
        case .object(var members):
            guard let step = steps.first else {
                value = .null
                var container = JSONValue.object(members)
                members = JSONObject()
                try change(&container, key)
                value = container
                return true
            }
            guard members.contains(step) else { return false }
            value = .null
            let done = try members.update(step) { (inner: inout JSONValue?) throws(PatchError) -> Bool in
                var next = inner ?? .null
                inner = .null
                let done = try descend(&next, steps.dropFirst(), key, change)
                inner = next
                return done
            }
            value = .object(members)
            return done
        case .array(var elements):
            guard let step = steps.first else {
                value = .null
                var container = JSONValue.array(elements)
                elements = []
                try change(&container, key)
                value = container
                return true
            }
            guard let index = try? index(step, count: elements.count) else { return false }
            value = .null
            let done = try descend(&elements[index], steps.dropFirst(), key, change)
            value = .array(elements)
            return done
        default: return false
        }
    }

    /// What stands there: `null` for a member that an object does not have, nil if not even the object is there.
    func value(in document: JSONValue) throws(PatchError) -> JSONValue? {
        guard let key = steps.last else { return nil }
        var current = document
        for step in steps.dropLast() {
            guard let next = (try? Self.step(current, step)) ?? nil else { return nil }
            current = next
        }
        switch current {
        case .object(let members): return members[key] ?? .null
        case .array(let elements): return elements[try Self.index(key, count: elements.count)]
        default: return nil
        }
    }

    private static func step(_ value: JSONValue, _ step: String) throws(PatchError) -> JSONValue? {
        switch value {
        case .object(let members): members[step]
        case .array(let elements): elements[try index(step, count: elements.count)]
        default: nil
        }
    }

    /// The position that a step names among `count`; negative ones count from the end.
    static func index(_ step: String, count: Int) throws(PatchError) -> Int {
        guard let number = Int(step) else {
            throw PatchError(.unprocessable, "value was not a proper array index: \(GoText.quote(step))")
        }
        let index = number < 0 ? number + count : number
        guard index >= 0, index < count else {
            throw PatchError(.unprocessable, "Unable to access invalid index: \(number): invalid index referenced")
        }
        return index
    }

    /// Equal as `test` sees it: numbers by their text.
    static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): a.text == b.text
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy(isSame)
        case (.object(let a), .object(let b)):
            a.count == b.count && a.allSatisfy { key, value in b[key].map { isSame(value, $0) } ?? false }
        default: left == right
        }
    }
}
