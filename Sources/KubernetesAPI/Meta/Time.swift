// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Glibc
import Primitives
public import Wire

/// A moment with a precision of one second on the wire: `metav1.Time`.
public struct Time: WireValue, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var seconds: Int64
    /// 0 to 999,999,999; dropped when written.
    public var nanos: Int32

    /// Go's zero time, 0001-01-01T00:00:00Z: "not set".
    public static let zero = Time()
    private static let zeroSeconds: Int64 = -62_135_596_800

    public init() {
        seconds = Self.zeroSeconds
        nanos = 0
    }

    public init(seconds: Int64, nanos: Int32 = 0) {
        self.seconds = seconds
        self.nanos = nanos
    }

    /// Whether it is not set.
    public var isZero: Bool { seconds == Self.zeroSeconds && nanos == 0 }

    /// The present moment by the system's clock, with nanoseconds.
    public static func now() -> Time {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Time(seconds: Int64(now.tv_sec), nanos: Int32(now.tv_nsec))
    }

    /// RFC 3339 in UTC, whole seconds: `2026-01-02T03:04:05Z`.
    public var text: String { CivilTime(secondsSinceEpoch: seconds).text + "Z" }

    /// Reads RFC 3339; nil where the text has another form.
    public init?(_ text: String) {
        guard let (seconds, nanos) = CivilTime.parse(text) else { return nil }
        self.init(seconds: seconds, nanos: nanos)
    }

    public static func < (a: Time, b: Time) -> Bool { (a.seconds, a.nanos) < (b.seconds, b.nanos) }

    /// The time that passed since `earlier`; clamped to 64 bits of seconds, as times of protobuf may be any number.
    public func since(_ earlier: Time) -> Duration {
        let (difference, overflow) = seconds.subtractingReportingOverflow(earlier.seconds)
        let whole = overflow ? (seconds < 0 ? Int64.min : .max) : difference
        return .seconds(whole) + .nanoseconds(Int64(nanos) - Int64(earlier.nanos))
    }

    /// The moment `duration` later; clamped to the first or last there is.
    public func adding(_ duration: Duration) -> Time {
        let (whole, atto) = duration.components
        let total = Int64(nanos) + atto / 1_000_000_000
        let carry = total < 0 ? -1 : total / 1_000_000_000
        let (shifted, isFar) = seconds.addingReportingOverflow(whole)
        let (sum, isFarther) = shifted.addingReportingOverflow(carry)
        guard !isFar, !isFarther else { return Time(seconds: duration < .zero ? .min : .max) }
        return Time(seconds: sum, nanos: Int32(total - carry * 1_000_000_000))
    }

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        let offset = reader.offset
        if try reader.takeNull() { self = .zero; return }
        let text = try reader.string(expected: "string")
        guard let value = Time(text) else {
            let fault = TimeText.fault(text, isMicro: false) ?? "parsing time \"\(text)\": day out of range"
            throw JSONFault(.invalidValue(message: fault), at: offset)
        }
        self = Time(seconds: value.seconds)
    }

    public func encode(json writer: inout JSONWriter) { if isZero { writer.null() } else { writer.string(text) } }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        self = try TimeText.read(&reader).map { Time(seconds: $0.seconds) } ?? .zero
    }

    public func encode(protobuf writer: inout ProtobufWriter) {
        guard !isZero else { return }
        writer.int(2, Int32(0))
        writer.int(1, seconds)
    }
}

/// A moment with a precision of one microsecond on the wire: `metav1.MicroTime`.
public struct MicroTime: WireValue, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var seconds: Int64
    /// 0 to 999,999,999; written in whole microseconds.
    public var nanos: Int32

    /// "Not set".
    public static let zero = MicroTime()

    public init() {
        seconds = Time.zero.seconds
        nanos = 0
    }

    public init(seconds: Int64, nanos: Int32 = 0) {
        self.seconds = seconds
        self.nanos = nanos
    }

    public init(_ time: Time) { self.init(seconds: time.seconds, nanos: time.nanos) }

    /// Whether it is not set.
    public var isZero: Bool { self == .zero }

    /// The present moment by the system's clock.
    public static func now() -> MicroTime { MicroTime(Time.now()) }

    /// The same moment.
    public var time: Time { Time(seconds: seconds, nanos: nanos) }

    /// RFC 3339 in UTC with six digits of fraction.
    public var text: String {
        let digits = String(Int(nanos) / 1_000)
        let fraction = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        return CivilTime(secondsSinceEpoch: seconds).text + "." + fraction + "Z"
    }

    public static func < (a: MicroTime, b: MicroTime) -> Bool { a.time < b.time }

    public mutating func decode(json reader: inout JSONReader) throws(JSONFault) {
        let offset = reader.offset
        if try reader.takeNull() { self = .zero; return }
        let text = try reader.string(expected: "string")
        if let fault = TimeText.fault(text, isMicro: true) {
            throw JSONFault(.invalidValue(message: fault), at: offset)
        }
        let value = Time(text) ?? .zero
        self = MicroTime(seconds: value.seconds, nanos: value.nanos / 1_000 * 1_000)
    }

    public func encode(json writer: inout JSONWriter) { if isZero { writer.null() } else { writer.string(text) } }

    public mutating func decode(protobuf reader: inout ProtobufReader) throws(ProtobufFault) {
        self =
            try TimeText.read(&reader).map { MicroTime(seconds: $0.seconds, nanos: $0.nanos / 1_000 * 1_000) } ?? .zero
    }

    public func encode(protobuf writer: inout ProtobufWriter) {
        guard !isZero else { return }
        writer.int(2, nanos)
        writer.int(1, seconds)
    }
}
