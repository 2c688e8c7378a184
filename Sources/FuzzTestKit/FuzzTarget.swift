// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Why an input is a find.
public struct FuzzFault: Error, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// Something that takes input from outside.
public struct FuzzTarget: Sendable {
    /// The name of its folder in the corpus.
    public let name: String
    /// Runs it once. What it refuses is no fault; that it ends the process, or breaks one of its promises, is.
    public let run: @Sendable ([UInt8]) throws(FuzzFault) -> Void

    public init(_ name: String, run: @escaping @Sendable ([UInt8]) throws(FuzzFault) -> Void) {
        self.name = name
        self.run = run
    }

    /// All targets.
    public static let all = documents + patches + texts
}

/// Throws where a promise is broken.
func promise(_ holds: Bool, _ text: @autoclosure () -> String) throws(FuzzFault) {
    if !holds { throw FuzzFault(text()) }
}
