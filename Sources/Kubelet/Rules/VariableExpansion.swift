// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Expansion of `$(NAME)` in commands, arguments, environment values and sub-paths.
///
/// `$$` stands for `$`, so that `$$(NAME)` is left as `$(NAME)`; what names nothing known stays as it is.
enum VariableExpansion {
    static func expand(_ text: String, _ variables: [String: String]) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            switch rest.first {
            case "$":
                result += "$"
                rest = rest.dropFirst()
            case "(":
                guard let end = rest.firstIndex(of: ")") else {
                    return result + "$" + rest
                }
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                result += variables[name] ?? "$(\(name))"
                rest = rest[rest.index(after: end)...]
            default:
                result += "$"
            }
        }
        return result + rest
    }

    /// The first name in `text` that stands for nothing known; nil where all are known.
    static func unknown(in text: String, _ variables: [String: String]) -> String? {
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            rest = rest[rest.index(after: dollar)...]
            switch rest.first {
            case "$": rest = rest.dropFirst()
            case "(":
                guard let end = rest.firstIndex(of: ")") else { return nil }
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                if variables[name] == nil { return name }
                rest = rest[rest.index(after: end)...]
            default: break
            }
        }
        return nil
    }
}
