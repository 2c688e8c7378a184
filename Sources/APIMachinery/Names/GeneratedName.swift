// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Names made from `metadata.generateName`.
public enum GeneratedName {
    /// Letters and digits without vowels and look-alikes, so that no words come out.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    private static let suffixLength = 5
    private static let maximumLength = 63

    /// `prefix`, cut to 58 bytes, and five random characters.
    public static func make(prefix: String, using generator: inout some RandomNumberGenerator) -> String {
        let head = prefix.utf8.prefix(maximumLength - suffixLength)
        return String(decoding: head, as: UTF8.self) + suffix(suffixLength, using: &generator)
    }

    /// `prefix` and five random characters, from the system's generator.
    public static func make(prefix: String) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(prefix: prefix, using: &generator)
    }

    /// That many random characters, as in the names of pods.
    ///
    /// Twelve of them are drawn at a time: one after the other would ask the system for each. What is left over makes some of them
    /// likelier by 10^-18 and less.
    public static func suffix(_ length: Int, using generator: inout some RandomNumberGenerator) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(length)
        var drawn: UInt64 = 0
        for index in 0..<length {
            if index % 12 == 0 { drawn = generator.next() }
            out.append(alphabet[Int(drawn % UInt64(alphabet.count))])
            drawn /= UInt64(alphabet.count)
        }
        return String(decoding: out, as: UTF8.self)
    }
}
