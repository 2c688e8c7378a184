// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A pull parser over JSON bytes: no tree, no allocation but for the values taken out.
///
/// Follows what Go's `encoding/json` (in the form of `sigs.k8s.io/json`: case-sensitive keys) accepts and refuses.
/// It borrows the bytes: use it within ``JSONReader/read(_:strictness:_:)``.
public struct JSONReader {
    /// Whether unknown and duplicate fields are taken note of.
    public enum Strictness: Sendable { case lax, strict }

    @usableFromInline let base: UnsafePointer<UInt8>
    @usableFromInline let end: Int
    @usableFromInline var position = 0
    @usableFromInline var depth = 0
    @usableFromInline var escapedKeys: [KeyCopy] = []
    /// What strict decoding found; empty when lax.
    public private(set) var strictFaults: [JSONStrictFault] = []
    public let strictness: Strictness
    private var seenKeys = SeenKeys()

    @usableFromInline static let maximumDepth = 10_000
    /// Types that hold themselves are decoded by recursion: such values may not be nested so deep that the stack runs out.
    @usableFromInline static let typedDepth = 256
    @usableFromInline var depthLimit = JSONReader.typedDepth

    @usableFromInline
    init(_ bytes: UnsafeBufferPointer<UInt8>, strictness: Strictness) {
        base = bytes.baseAddress ?? UnsafePointer(Self.emptyByte)
        end = bytes.count
        self.strictness = strictness
    }

    // A readable address for the empty buffer, which has none of its own. It is never freed.
    nonisolated(unsafe) private static let emptyByte = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

    /// Runs `body` with a reader over `bytes`, then checks that nothing but white space is left.
    ///
    /// - Throws: what `body` throws, or `trailingData`.
    public static func read<Result>(
        _ bytes: [UInt8], strictness: Strictness = .lax, _ body: (inout JSONReader) throws(JSONFault) -> Result
    ) throws(JSONFault) -> Result {
        let outcome: Swift.Result<Result, JSONFault> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer, strictness: strictness)
            do throws(JSONFault) {
                let result = try body(&reader)
                try reader.finish()
                return .success(result)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private mutating func finish() throws(JSONFault) {
        skipWhitespace()
        guard position == end else { throw JSONFault(.trailingData, at: position) }
    }

    /// Whether the object being read stands inside another.
    public var isNested: Bool { depth > 1 }

    /// How many bytes were read.
    public var offset: Int { position }

    // MARK: - bytes

    @inlinable
    mutating func skipWhitespace() {
        while position < end {
            switch base[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    /// The next byte that is not white space, without taking it.
    @inlinable
    mutating func peek() throws(JSONFault) -> UInt8 {
        skipWhitespace()
        guard position < end else { throw JSONFault(.unexpectedEnd, at: position) }
        return base[position]
    }

    @usableFromInline
    func unexpected(_ context: String) -> JSONFault {
        position < end
            ? JSONFault(.unexpectedByte(base[position], context: context), at: position)
            : JSONFault(.unexpectedEnd, at: position)
    }

    // MARK: - objects

    /// Takes `{`; `null` is taken and answered with false.
    ///
    /// - Throws: `wrongType` for any other value.
    @inlinable
    public mutating func beginObject(expected: StaticString = "object") throws(JSONFault) -> Bool {
        let byte = try peek()
        guard byte == UInt8(ascii: "{") else {
            if byte == UInt8(ascii: "n") { try literal("null"); return false }
            throw try wrongType(expected)
        }
        try descend()
        return true
    }

    /// Takes the next key and its colon; nil at the end of the object, which is taken too.
    @inlinable
    public mutating func nextKey() throws(JSONFault) -> JSONKey? {
        var byte = try peek()
        if byte == UInt8(ascii: "}") {
            ascend()
            return nil
        }
        if needsSeparator {
            guard byte == UInt8(ascii: ",") else { throw unexpected("after object key:value pair") }
            position += 1
            byte = try peek()
        }
        guard byte == UInt8(ascii: "\"") else { throw unexpected("looking for beginning of object key string") }
        let offset = position
        let key = try keyText(at: offset)
        guard try peek() == UInt8(ascii: ":") else { throw unexpected("after object key") }
        position += 1
        needsSeparator = false
        if strictness == .strict { noteKey(key) }
        return key
    }

    /// Whether the next key or element must be preceded by a comma: something of the same container was read before it.
    @usableFromInline var needsSeparator = false

    @inlinable
    mutating func descend() throws(JSONFault) {
        position += 1
        depth += 1
        needsSeparator = false
        guard depth <= depthLimit else { throw JSONFault(.tooDeep, at: position) }
        if strictness == .strict { pushSeenKeys() }
    }

    @inlinable
    mutating func ascend() {
        position += 1
        depth -= 1
        needsSeparator = true
        if strictness == .strict { popSeenKeys() }
    }

    // MARK: - arrays

    /// Takes `[`; `null` is taken and answered with false.
    @inlinable
    public mutating func beginArray(expected: StaticString = "array") throws(JSONFault) -> Bool {
        let byte = try peek()
        guard byte == UInt8(ascii: "[") else {
            if byte == UInt8(ascii: "n") { try literal("null"); return false }
            throw try wrongType(expected)
        }
        try descend()
        return true
    }

    /// Whether another element follows, whose comma is taken; the end of the array is taken too.
    @inlinable
    public mutating func nextElement() throws(JSONFault) -> Bool {
        let byte = try peek()
        if byte == UInt8(ascii: "]") {
            ascend()
            return false
        }
        if needsSeparator {
            guard byte == UInt8(ascii: ",") else { throw unexpected("after array element") }
            position += 1
            guard try peek() != UInt8(ascii: "]") else { throw unexpected("looking for beginning of value") }
        }
        needsSeparator = false
        return true
    }

    // MARK: - strictness

    @usableFromInline
    mutating func pushSeenKeys() { seenKeys.push() }

    @usableFromInline
    mutating func popSeenKeys() { seenKeys.pop() }

    @usableFromInline
    mutating func noteKey(_ key: JSONKey) {
        guard !seenKeys.insert(key) else { return }
        strictFaults.append(JSONStrictFault(reason: .duplicateField, offset: key.offset))
    }

    /// Takes note of a key nobody knows, and passes over its value.
    public mutating func skipUnknown(_ key: JSONKey) throws(JSONFault) {
        if strictness == .strict {
            strictFaults.append(JSONStrictFault(reason: .unknownField, offset: key.offset))
        }
        try skipValue()
    }
}

/// The keys so far of the objects and arrays that are open: few are compared one by one, many are hashed.
///
/// They are kept as places in the text (or in the copies that the reader keeps of keys with escapes): nothing is copied.
private struct SeenKeys {
    private struct Place: Hashable {
        let start: UnsafePointer<UInt8>
        let count: Int

        private var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

        static func == (a: Place, b: Place) -> Bool { a.count == b.count && a.bytes.elementsEqual(b.bytes) }

        func hash(into hasher: inout Hasher) { hasher.combine(bytes: UnsafeRawBufferPointer(bytes)) }
    }

    private var places: [Place] = []
    /// Where those of each open container begin.
    private var starts: [Int] = []
    /// The keys of those containers that have many, by their level.
    private var many: [Int: Set<Place>] = [:]
    private static let few = 16

    mutating func push() { starts.append(places.count) }

    mutating func pop() {
        guard let start = starts.popLast() else { return }
        if places.count - start > Self.few { many[starts.count] = nil }
        places.removeSubrange(start...)
    }

    /// False where the innermost container had the key already.
    mutating func insert(_ key: JSONKey) -> Bool {
        guard let start = starts.last else { return true }
        let place = Place(start: key.start, count: key.count)
        let count = places.count - start
        guard count >= Self.few else {
            for other in places[start...] where other == place { return false }
            places.append(place)
            return true
        }
        if many[starts.count - 1] == nil { many[starts.count - 1] = Set(places[start...]) }
        guard many[starts.count - 1]?.insert(place).inserted == true else { return false }
        places.append(place)
        return true
    }
}

/// A key of an object, valid until the reader moves past its value's first nested key.
public struct JSONKey {
    @usableFromInline let start: UnsafePointer<UInt8>
    /// The length in bytes.
    public let count: Int
    /// Where the key's opening quote stands in the text.
    public let offset: Int

    @inlinable
    init(start: UnsafePointer<UInt8>, count: Int, offset: Int) {
        self.start = start
        self.count = count
        self.offset = offset
    }

    /// Whether the key is `name`, byte for byte.
    @inlinable
    public func matches(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        let other = name.utf8Start
        for index in 0..<count where start[index] != other[index] { return false }
        return true
    }

    /// The key as text.
    public var text: String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }
}
