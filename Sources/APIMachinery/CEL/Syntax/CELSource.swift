// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The text of an expression as code points, with its lines: what faults are shown against.
struct CELSource: Sendable {
    let scalars: [Unicode.Scalar]
    /// Where each line begins, in code points.
    private let lines: [Int]

    init(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        self.scalars = scalars
        lines = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    }

    /// The line (from 1) and the column (from 0) of a code point.
    func location(_ offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = lines.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lines[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return (low + 1, offset - lines[low])
    }

    /// The text of a range of code points, cut at the ends of the source.
    func text(_ from: Int, _ end: Int) -> String {
        var result = String.UnicodeScalarView()
        guard from < end else { return "" }
        result.append(contentsOf: scalars[min(max(from, 0), scalars.count)..<min(max(end, 0), scalars.count)])
        return String(result)
    }

    /// A line without its end, counted from 1.
    func line(_ number: Int) -> [Unicode.Scalar]? {
        guard lines.indices.contains(number - 1) else { return nil }
        let end = number < lines.count ? lines[number] - 1 : scalars.count
        return Array(scalars[lines[number - 1]..<max(end, lines[number - 1])])
    }
}

/// A fault of an expression, with its place.
public struct CELFault: Error, Sendable, Hashable {
    public var message: String
    /// Where it is, in code points; nil for a fault of the whole expression.
    public var offset: Int?

    public init(_ message: String, at offset: Int?) {
        self.message = message
        self.offset = offset
    }
}

/// The faults of an expression which does not compile.
public struct CELFaults: Error, Sendable {
    public var faults: [CELFault]
    let source: CELSource
    private static let shown = 100

    init(_ faults: [CELFault], in source: CELSource) {
        self.faults = faults
        self.source = source
    }

    /// All faults in the order of their places, each with its line and a mark under its column, as cel-go prints them.
    public var text: String {
        let placed = faults.enumerated().map { index, fault in
            let place = fault.offset.map { source.location($0) } ?? (line: -1, column: -1)
            return (fault: fault, line: place.line, column: place.column, index: index)
        }
        let sorted = placed.sorted { ($0.line, $0.column, $0.index) < ($1.line, $1.column, $1.index) }
        var texts = sorted.prefix(Self.shown).map { shown($0.fault, line: $0.line, column: $0.column) }
        if faults.count > Self.shown { texts.append("\(faults.count - Self.shown) more errors were truncated") }
        return texts.joined(separator: "\n")
    }

    private func shown(_ fault: CELFault, line: Int, column: Int) -> String {
        var result = "ERROR: <input>:\(line):\(column + 1): \(fault.message)"
        guard let snippet = source.line(line) else { return result }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: snippet.map { $0 == "\t" ? " " : $0 })
        var mark = ""
        for index in 0..<min(column, snippet.count) { mark += snippet[index].isASCII ? "." : "\u{ff0e}" }
        mark += column >= snippet.count || snippet[column].isASCII ? "^" : "\u{ff3e}"
        result += "\n | " + String(text) + "\n | " + mark
        return result
    }
}
