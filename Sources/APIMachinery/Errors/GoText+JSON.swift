// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

extension GoText {
    /// A JSON value as Go prints it with `%v`: `map[a:1 b:[x y]]`, keys in ascending order.
    public static func format(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let number): number.int64Value.map { String($0) } ?? number.doubleValue.map(format) ?? number.text
        case .string(let text): text
        case .array(let elements): list(elements.map(format))
        case .object(let members): "map" + list(members.sortedByKey().map { $0.key + ":" + format($0.value) })
        }
    }

    /// A double as Go prints it with `%v`: exponents from 1e+21 on, with two digits.
    private static func format(_ value: Double) -> String {
        let text = JSONNumber(value).text
        guard let mark = text.range(of: "e-") ?? text.range(of: "e+") else { return text }
        let digits = text[mark.upperBound...]
        return digits.count == 1 ? text[..<mark.upperBound] + "0" + digits : text
    }
}

extension String {
    /// Where `part` first stands.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}
