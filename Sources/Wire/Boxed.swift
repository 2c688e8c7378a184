// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Keeps a large structure on the heap, shared until it is changed, so that copying what holds it costs one retain.
///
/// The zero value takes no heap at all.
@propertyWrapper
public struct Boxed<Value: WireValue>: Sendable, Equatable {
    @usableFromInline var storage: BoxStorage<Value>?

    @inlinable
    public init() {}

    @inlinable
    public var wrappedValue: Value {
        get { storage?.value ?? Value() }
        _modify {
            let own = uniqueStorage()
            yield &own.value
        }
        set { if isOwned() { storage?.value = newValue } else { storage = BoxStorage(newValue) } }
    }

    @inlinable
    mutating func isOwned() -> Bool { storage != nil && isKnownUniquelyReferenced(&storage) }

    @inlinable
    mutating func uniqueStorage() -> BoxStorage<Value> {
        if isOwned(), let storage { return storage }
        let fresh = BoxStorage(storage?.value ?? Value())
        storage = fresh
        return fresh
    }

    @inlinable
    public static func == (a: Self, b: Self) -> Bool { a.storage === b.storage || a.wrappedValue == b.wrappedValue }
}

/// Keeps an optional large structure on the heap, shared until it is changed.
@propertyWrapper
public struct OptionalBoxed<Value: WireValue>: Sendable, Equatable {
    @usableFromInline var storage: BoxStorage<Value>?

    @inlinable
    public init() {}

    @inlinable
    public var wrappedValue: Value? {
        get { storage?.value }
        _modify {
            var value = storage?.value
            storage = nil
            defer { storage = value.map { BoxStorage($0) } }
            yield &value
        }
        set { storage = newValue.map { BoxStorage($0) } }
    }

    @inlinable
    public static func == (a: Self, b: Self) -> Bool { a.storage === b.storage || a.wrappedValue == b.wrappedValue }
}

// Sendable although its value is variable: the wrappers above are its only users, and they change the value only while they hold the
// one reference to it, so that no other task can see the change.
@usableFromInline
final class BoxStorage<Value: WireValue>: @unchecked Sendable {
    @usableFromInline var value: Value

    @inlinable
    init(_ value: Value) { self.value = value }
}
