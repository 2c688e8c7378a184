// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import LoadGenerator

/// One figure.
struct Row: Sendable {
    /// What thresholds and later runs know it by.
    var id: String
    var title: String
    /// `/s` is better when larger, everything else when smaller.
    var unit: String
    var values: [Double]
    var note = ""

    var median: Double { Statistics.median(values) }
    var isBetterLarger: Bool { unit.hasSuffix("/s") }
}

enum Statistics {
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        if sorted.isEmpty { return .nan }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}

/// What figures are compared with.
struct Goals: Sendable {
    struct Goal: Codable, Sendable {
        var reference: Double?
        var target: Double?
    }

    private var goals: [String: Goal]

    /// - Parameters:
    ///   - thresholds: nil for the file of the package.
    ///   - reference: figures of an earlier run, which take the place of the references.
    init(thresholds: String?, reference: String?) throws {
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../thresholds.json").path
        let choices = thresholds.map { [$0] } ?? ["Benchmarks/thresholds.json", "thresholds.json", beside]
        goals = [:]
        if let path = choices.first(where: FileManager.default.fileExists(atPath:)) {
            goals = try JSONDecoder().decode(
                [String: Goal].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        }
        guard let reference else { return }
        for id in goals.keys { goals[id]?.reference = nil }
        let earlier = try JSONDecoder().decode(
            ReportFile.self, from: Data(contentsOf: URL(fileURLWithPath: reference)))
        for row in earlier.rows { goals[row.id, default: Goal()].reference = row.median }
    }

    subscript(id: String) -> Goal { goals[id] ?? Goal() }
}

/// The figures as they are written to a file.
struct ReportFile: Codable {
    struct Figure: Codable {
        var id: String
        var title: String
        var unit: String
        var median: Double
        var values: [Double]
        var reference: Double?
        /// How many times better than the reference.
        var ratio: Double?
        var target: Double?
        var meetsTarget: Bool?
        var note: String
    }

    var subject: String
    var date: String
    var machine: Machine
    var rows: [Figure]
    var problems: [String]
}

/// All figures of a run.
struct Report: Sendable {
    let goals: Goals
    private(set) var rows: [Row] = []
    private(set) var problems: [String] = []

    init(goals: Goals) { self.goals = goals }

    mutating func add(_ row: Row) {
        rows.append(row)
        FileHandle.standardError.write(
            Data("bench:   \(row.title): \(Self.shown(row.median, row.unit)) \(row.note)\n".utf8))
    }

    mutating func add(problem: String) {
        problems.append(problem)
        FileHandle.standardError.write(Data("bench:   \(problem)\n".utf8))
    }

    private var figures: [ReportFile.Figure] {
        rows.map { row in
            let goal = goals[row.id]
            let ratio = goal.reference.map { row.isBetterLarger ? row.median / $0 : $0 / row.median }
            let meets = goal.target.map { row.isBetterLarger ? row.median >= $0 : row.median <= $0 }
            return ReportFile.Figure(
                id: row.id, title: row.title, unit: row.unit, median: row.median, values: row.values,
                reference: goal.reference, ratio: ratio, target: goal.target, meetsTarget: meets, note: row.note)
        }
    }

    /// How many targets are missed.
    var misses: Int { figures.count { $0.meetsTarget == false } }

    func show() {
        var lines = [["what", "figure", "reference", "ratio", "target", "", ""]]
        for figure in figures {
            lines.append([
                figure.title, Self.shown(figure.median, figure.unit),
                figure.reference.map { Self.shown($0, figure.unit) } ?? "",
                figure.ratio.map { Self.shown($0, "x") } ?? "", figure.target.map { Self.shown($0, figure.unit) } ?? "",
                figure.meetsTarget.map { $0 ? "met" : "MISSED" } ?? "", figure.note,
            ])
        }
        let widths = (0..<7).map { column in lines.map { $0[column].count }.max() ?? 0 }
        print("\n" + Machine.here.summary)
        for line in lines {
            let cells = line.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return (1...4).contains(column) ? space + text : text + space
            }
            var text = cells.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            print(text)
        }
        for problem in problems { print("not measured: \(problem)") }
    }

    func write(to path: String, target: Target) throws {
        let subject =
            switch target {
            case .binary(let path): path
            case .running(let endpoint, _): "\(endpoint.host):\(endpoint.port)"
            }
        let file = ReportFile(
            subject: subject, date: Date().formatted(.iso8601), machine: Machine.here, rows: figures, problems: problems
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(file).write(to: URL(fileURLWithPath: path))
    }

    static func shown(_ value: Double, _ unit: String) -> String {
        if !value.isFinite { return "-" }
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
        return String(format: "%.\(digits)f", value) + (unit == "x" ? "x" : " \(unit)")
    }
}
