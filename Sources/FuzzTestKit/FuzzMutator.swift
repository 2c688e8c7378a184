// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Makes new inputs of those of a corpus.
public struct FuzzMutator: Sendable {
    /// Longer inputs are cut.
    static let maximumLength = 1 << 16

    private let corpus: [[UInt8]]

    /// - Parameter corpus: at least one input; an empty one is added.
    public init(corpus: [[UInt8]]) { self.corpus = corpus.isEmpty ? [[]] : corpus }

    /// What parsers often stumble over.
    private static let tokens: [[UInt8]] =
        [
            "0", "-0", "-1", "1e400", "1E-400", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
            "2147483648",
            "18446744073709551616", "0.0000000001", "1.5Gi", "100m", "1e3", "null", "true", "{}", "[]", "\"\"",
            "\\u0000", "\\ud800",
            "\\udc00", "\\", "\"", "'", "\n", "\r\n", "\t", "\0", "\u{feff}", "\u{2028}", "é", "𝄞", "~", "~0", "~1",
            "/", "//", "-",
            ",", ":", "=", "==", "!=", "!", " in ", " notin ", "(", ")", "%", "%00", "%zz", "%2F", "+", "?", "#", "..",
            ".", "$patch",
            "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers", "delete", "replace",
            "merge",
            "&a", "*a", "<<: *a", "!!binary ", "- ", "? ", "|", ">-", "---", "...", "kind", "apiVersion", "metadata",
            "name",
        ].map { Array($0.utf8) } + [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]

    /// One input: one of the corpus, changed a few times.
    public func input(_ random: inout FuzzRandom) -> [UInt8] {
        var bytes = corpus[random.below(corpus.count)]
        for _ in 0...random.below(6) { mutate(&bytes, &random) }
        return bytes.count > Self.maximumLength ? Array(bytes.prefix(Self.maximumLength)) : bytes
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout FuzzRandom) {
        let place = random.below(bytes.count + 1)
        switch random.below(10) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1 where place < bytes.count: bytes[place] = UInt8(random.below(256))
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
        case 3:
            let end = min(bytes.count, place + 1 + random.below(64))
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        case 4:
            let other = corpus[random.below(corpus.count)]
            let start = random.below(other.count + 1)
            let end = min(other.count, start + random.below(128))
            bytes.insert(contentsOf: other[start..<end], at: place)
        case 5: bytes.removeSubrange(place...)
        case 6 where random.below(8) == 0:
            let token = Self.nesting[random.below(Self.nesting.count)]
            let count = 1 << random.below(14)
            bytes.insert(contentsOf: Array(repeatElement(token, count: count).joined()), at: place)
        default: bytes.insert(contentsOf: Self.tokens[random.below(Self.tokens.count)], at: place)
        }
    }

    private static let nesting: [[UInt8]] = ["[", "{\"a\":", "- ", "/0", "(", "\u{12}\u{2}"].map { Array($0.utf8) }
}
