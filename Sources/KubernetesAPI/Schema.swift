// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import SchemaModel
import Synchronization

/// The schemas at run time, for what works on any type: patches, apply, OpenAPI, `explain`.
///
/// A document is read from its text when first asked for.
public final class Schema: Sendable {
    /// The schemas this program was built from.
    public static let shared = Schema()

    private let cache = Mutex<[String: SchemaDocument]>([:])

    private init() {}

    /// The keys of all documents, for example `core/v1`.
    public var documentKeys: [String] { Self.texts.map(\.key) }

    /// One group version, nil where there is none of that key.
    public func document(_ key: String) -> SchemaDocument? {
        if let known = cache.withLock({ $0[key] }) { return known }
        guard let text = Self.texts.first(where: { $0.key == key })?.text,
            // The generator has read the same text: a fault would have failed the build.
            let document = try? SchemaParser.parse("\(text)")
        else { return nil }
        cache.withLock { $0[key] = document }
        return document
    }

    /// A type by its full name, for example `core/v1.PodSpec`.
    public func type(_ name: String) -> TypeSchema? {
        guard let slash = name.firstIndex(of: "/"), let dot = name[slash...].firstIndex(of: ".") else { return nil }
        let local = name[name.index(after: dot)...]
        return document(String(name[..<dot]))?.types.first { $0.name == local }
    }
}
