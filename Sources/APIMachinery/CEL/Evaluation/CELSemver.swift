// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A semantic version: `kubernetes.Semver`.
struct CELSemver: CELExtension {
    private let numbers: [UInt64]
    private let pre: [Substring]
    private let text: String

    /// - Parameter isLoose: whether `v1.0` is taken as well: without its first letter, with what is missing as zeros.
    init(_ given: String, isLoose: Bool) throws(CELFailure) {
        let text = isLoose ? try Self.normalized(given) : given
        if text.isEmpty { throw CELFailure("Version string empty") }
        let build = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let halves = build[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw CELFailure("No Major.Minor.Patch elements found") }
        var numbers: [UInt64] = []
        for part in parts {
            guard !part.isEmpty, part.unicodeScalars.allSatisfy(CELLexer.isDigit) else {
                throw CELFailure("Invalid character(s) found in major number \(GoText.quote(String(part)))")
            }
            guard part == "0" || !part.hasPrefix("0"), let number = UInt64(part) else {
                throw CELFailure("Major number must not contain leading zeroes \(GoText.quote(String(part)))")
            }
            numbers.append(number)
        }
        pre = halves.count > 1 ? halves[1].split(separator: ".", omittingEmptySubsequences: false) : []
        let others = build.count > 1 ? build[1].split(separator: ".", omittingEmptySubsequences: false) : []
        for part in pre + others {
            let isName = part.unicodeScalars.allSatisfy {
                $0 != "_" && CELLexer.isLetter($0) || CELLexer.isDigit($0) || $0 == "-"
            }
            guard !part.isEmpty, isName else {
                throw CELFailure("Invalid character(s) found in prerelease \(GoText.quote(String(part)))")
            }
        }
        self.numbers = numbers
        self.text = text
    }

    private static func normalized(_ text: String) throws(CELFailure) -> String {
        let plain = text.hasPrefix("v") ? text.dropFirst() : Substring(text)
        var parts = plain.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map { part in
            let rest = part.drop { $0 == "0" }
            let isNumber = rest.unicodeScalars.first.map(CELLexer.isDigit) ?? false
            return part.utf8.count > 1 ? (isNumber ? String(rest) : "0" + rest) : String(part)
        }
        if parts.count < 3, parts.last?.contains(where: { $0 == "+" || $0 == "-" }) == true {
            throw CELFailure("short version cannot contain PreRelease/Build meta data")
        }
        while parts.count < 3 { parts.append("0") }
        return parts.joined(separator: ".")
    }

    var typeName: String { "kubernetes.Semver" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELSemver).map { order(to: $0) == 0 } ?? false }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        switch (name, arguments.count) {
        case ("major", 0): return .int(Int64(clamping: numbers[0]))
        case ("minor", 0): return .int(Int64(clamping: numbers[1]))
        case ("patch", 0): return .int(Int64(clamping: numbers[2]))
        default: break
        }
        guard case .other(let other)? = arguments.first, let other = other as? CELSemver else { return nil }
        switch name {
        case "isGreaterThan": return .bool(order(to: other) > 0)
        case "isLessThan": return .bool(order(to: other) < 0)
        case "compareTo": return .int(Int64(order(to: other)))
        default: return nil
        }
    }

    private func order(to other: CELSemver) -> Int {
        for (left, right) in zip(numbers, other.numbers) where left != right { return left < right ? -1 : 1 }
        if pre.isEmpty || other.pre.isEmpty { return pre.isEmpty ? (other.pre.isEmpty ? 0 : 1) : -1 }
        for (left, right) in zip(pre, other.pre) where left != right {
            switch (UInt64(left), UInt64(right)) {
            case (let left?, let right?): return left < right ? -1 : 1
            case (_?, nil): return -1
            case (nil, _?): return 1
            default: return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
            }
        }
        return pre.count == other.pre.count ? 0 : pre.count < other.pre.count ? -1 : 1
    }
}

/// A reference to an image: `kubernetes.Image`.
struct CELImage: CELExtension {
    private let text: String
    private var registry = "index.docker.io"
    private let repository: String
    private var tag = ""
    private var digest = ""

    init(_ text: String) throws(CELFailure) {
        self.text = text
        let fault = CELFailure("could not parse reference: \(text)")
        var rest = Substring(text)
        if let at = rest.firstIndex(of: "@") {
            digest = String(rest[rest.index(after: at)...])
            rest = rest[..<at]
            guard digest.hasPrefix("sha256:"), digest.utf8.count == 71,
                digest.dropFirst(7).unicodeScalars.allSatisfy({ CELLexer.isHexDigit($0) && !("A"..."F").contains($0) })
            else { throw fault }
        }
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
            let isTag = tag.unicodeScalars.allSatisfy {
                CELLexer.isLetter($0) || CELLexer.isDigit($0) || $0 == "." || $0 == "-"
            }
            guard !tag.isEmpty, tag.utf8.count <= 128, isTag else { throw fault }
        }
        if let slash = rest.firstIndex(of: "/") {
            let first = rest[..<slash]
            if first.contains(".") || first.contains(":") || first == "localhost" {
                registry = first == "docker.io" ? "index.docker.io" : String(first)
                rest = rest[rest.index(after: slash)...]
            }
        }
        let isName = rest.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || CELLexer.isDigit($0) || $0 == "_" || $0 == "-" || $0 == "." || $0 == "/"
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard isName, (2...255).contains(rest.utf8.count), !parts.contains("") else { throw fault }
        let isShort = registry == "index.docker.io" && parts.count == 1
        repository = isShort ? "library/" + rest : String(rest)
        if digest.isEmpty, tag.isEmpty { tag = "latest" }
        if !digest.isEmpty { tag = "" }
    }

    var typeName: String { "kubernetes.Image" }

    func isEqual(to other: any CELExtension) -> Bool { (other as? CELImage)?.text == text }

    func call(_ name: String, _ arguments: [CELValue]) throws(CELFailure) -> CELValue? {
        guard arguments.isEmpty else { return nil }
        switch name {
        case "containsDigest": return .bool(!digest.isEmpty)
        case "registry": return .string(registry)
        case "repository": return .string(repository)
        case "identifier": return .string(digest.isEmpty ? tag : digest)
        case "tag": return .string(tag)
        case "digest": return .string(digest)
        default: return nil
        }
    }
}
