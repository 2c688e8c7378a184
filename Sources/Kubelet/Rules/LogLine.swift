// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A line of a container's log file: `TIME STREAM TAG TEXT`.
///
/// - SeeAlso: Kubernetes' "CRI logging" design: TAG is `F` for a whole line, `P` for a part that the next line goes on with.
struct LogLine: Equatable {
    /// RFC 3339 with nanoseconds.
    var timestamp: String
    var isStandardError: Bool
    /// The text ends here; otherwise the next line of the same stream continues it.
    var isWhole: Bool
    var text: ArraySlice<UInt8>

    /// - Parameter line: without its newline. Nil where it is not of this form.
    init?(_ line: ArraySlice<UInt8>) {
        let space = UInt8(ascii: " ")
        guard let first = line.firstIndex(of: space) else { return nil }
        let afterTime = line[(first + 1)...]
        guard let second = afterTime.firstIndex(of: space) else { return nil }
        let afterStream = line[(second + 1)...]
        let tagEnd = afterStream.firstIndex(of: space) ?? afterStream.endIndex
        let stream = line[(first + 1)..<second]
        guard stream.elementsEqual("stdout".utf8) || stream.elementsEqual("stderr".utf8) else { return nil }
        timestamp = String(decoding: line[..<first], as: UTF8.self)
        isStandardError = stream.elementsEqual("stderr".utf8)
        isWhole = afterStream.first == UInt8(ascii: "F")
        text = tagEnd < afterStream.endIndex ? line[(tagEnd + 1)...] : []
    }

    /// What a reader of the log is sent.
    func output(withTimestamp: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + 40)
        if withTimestamp { bytes += Array(timestamp.utf8) + [UInt8(ascii: " ")] }
        bytes += text
        if isWhole { bytes.append(UInt8(ascii: "\n")) }
        return bytes
    }
}
