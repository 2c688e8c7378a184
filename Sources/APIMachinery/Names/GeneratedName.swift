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
    public static func suffix(_ length: Int, using generator: inout some RandomNumberGenerator) -> String {
        String(
            decoding: (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? alphabet[0] }, as: UTF8.self)
    }
}
