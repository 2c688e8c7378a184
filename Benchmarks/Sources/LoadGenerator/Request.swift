// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A request as it is sent many times: what differs is put in by whoever makes it.
public struct Request: Sendable {
    public var method: String
    /// The path with its query, escaped as it goes out.
    public var path: String
    public var accept: String
    public var contentType: String
    public var body: [UInt8]

    public init(
        _ method: String = "GET", _ path: String, accept: String = "application/json",
        contentType: String = "application/json", body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.accept = accept
        self.contentType = contentType
        self.body = body
    }

    /// - Parameter json: the body.
    public init(
        _ method: String, _ path: String, json: String, contentType: String = "application/json"
    ) {
        self.init(method, path, contentType: contentType, body: Array(json.utf8))
    }
}

/// Bytes with room for a number of six digits in some places: an object that is made many times under different names.
public struct Template: Sendable {
    private let bytes: [UInt8]
    private let places: [Int]

    /// - Parameter text: `@@@@@@` stands for the number.
    public init(_ text: String) {
        var bytes = Array(text.utf8)
        var places: [Int] = []
        var run = 0
        for at in bytes.indices {
            run = bytes[at] == UInt8(ascii: "@") ? run + 1 : 0
            if run == Self.digits {
                places.append(at + 1 - Self.digits)
                run = 0
            }
        }
        for place in places { Self.write(0, into: &bytes, at: place) }
        self.bytes = bytes
        self.places = places
    }

    private static let digits = 6

    /// - Parameter number: 0 to 999,999; of larger numbers the last six digits.
    public func with(_ number: Int) -> [UInt8] {
        var copy = bytes
        for place in places { Self.write(number, into: &copy, at: place) }
        return copy
    }

    public func text(_ number: Int) -> String { String(decoding: with(number), as: UTF8.self) }

    private static func write(_ number: Int, into bytes: inout [UInt8], at place: Int) {
        var rest = number
        for at in stride(from: place + digits - 1, through: place, by: -1) {
            bytes[at] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
