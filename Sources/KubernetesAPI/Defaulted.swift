// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// An object whose absent fields have values that the API server fills in.
///
/// - SeeAlso: the field descriptions of the Kubernetes API reference ("Defaults to ...").
public protocol Defaulted: WireValue {
    /// Fills in what is absent. Applying it twice changes nothing more.
    mutating func applyDefaults()
}

extension String {
    /// Sets the text where there is none.
    mutating func orDefault(_ value: String) { if isEmpty { self = value } }
}

extension Int32 {
    /// Sets the number where it is 0.
    mutating func orDefault(_ value: Int32) { if self == 0 { self = value } }
}

extension Optional {
    /// Sets the value where there is none.
    mutating func orDefault(_ value: Wrapped) { if self == nil { self = value } }
}
