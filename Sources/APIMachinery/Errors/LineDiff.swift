// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import Wire

/// The differences of two values, as messages about fields that may not change show them: unified, with three lines around.
///
/// Which lines are taken as common is what Python's `difflib` would take: the longest run that both have, and so on before and
/// behind it; lines that are frequent in a long text do not begin a run.
///
/// - SeeAlso: `util/diff` of Kubernetes' apimachinery.
public struct LineDiff {
    private static let context = 3

    private let old: [Substring]
    private let new: [Substring]
    /// Where each line of the new text stands there.
    private var places: [Substring: [Int]] = [:]

    /// The differences of two values of one type in their internal form; empty where there are none.
    public static func of(_ old: JSONValue, _ new: JSONValue) -> String {
        of(lines: Self.indented(old), Self.indented(new))
    }

    /// The differences of two texts, line by line; empty where there are none.
    public static func of(lines old: String, _ new: String) -> String { LineDiff(old, new).text() }

    private init(_ old: String, _ new: String) {
        self.old = old.split(separator: "\n", omittingEmptySubsequences: false)
        self.new = new.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in self.new.enumerated() { places[line, default: []].append(index) }
        let count = self.new.count
        if count >= 200 { places = places.filter { $0.value.count <= count / 100 + 1 } }
    }

    /// JSON with one blank for each level.
    private static func indented(_ value: JSONValue) -> String {
        var text = ""
        write(value, level: 0, to: &text)
        return text
    }

    private static func write(_ value: JSONValue, level: Int, to text: inout String) {
        let inner = "\n" + String(repeating: " ", count: level + 1)
        let close = "\n" + String(repeating: " ", count: level)
        var isFirst = true
        switch value {
        case .array(let items) where !items.isEmpty:
            for item in items {
                text += (isFirst ? "[" : ",") + inner
                isFirst = false
                write(item, level: level + 1, to: &text)
            }
            text += close + "]"
        case .object(let members) where !members.isEmpty:
            for (key, member) in members {
                text += (isFirst ? "{" : ",") + inner + JSONValue.string(key).text() + ": "
                isFirst = false
                write(member, level: level + 1, to: &text)
            }
            text += close + "}"
        default: text += value.text()
        }
    }

    /// A run of lines that both texts have.
    private struct Run: Equatable {
        var old: Int
        var new: Int
        var count: Int
    }

    /// The longest run within two ranges; of equal ones the first.
    private func longest(_ oldRange: Range<Int>, _ newRange: Range<Int>) -> Run {
        var best = Run(old: oldRange.lowerBound, new: newRange.lowerBound, count: 0)
        var lengths: [Int: Int] = [:]
        for i in oldRange {
            var next: [Int: Int] = [:]
            for j in places[old[i]] ?? [] where newRange.contains(j) {
                let length = (lengths[j - 1] ?? 0) + 1
                next[j] = length
                if length > best.count { best = Run(old: i - length + 1, new: j - length + 1, count: length) }
            }
            lengths = next
        }
        // frequent lines do not begin a run, but they may lengthen one
        while best.old > oldRange.lowerBound, best.new > newRange.lowerBound, old[best.old - 1] == new[best.new - 1] {
            best = Run(old: best.old - 1, new: best.new - 1, count: best.count + 1)
        }
        while best.old + best.count < oldRange.upperBound, best.new + best.count < newRange.upperBound,
            old[best.old + best.count] == new[best.new + best.count]
        {
            best.count += 1
        }
        return best
    }

    /// All common runs in order, those that touch joined; an empty one at the end.
    private func runs() -> [Run] {
        var found: [Run] = []
        var pending = [(old.indices, new.indices)]
        while let (oldRange, newRange) = pending.popLast() {
            let run = longest(oldRange, newRange)
            guard run.count > 0 else { continue }
            found.append(run)
            pending.append((oldRange.lowerBound..<run.old, newRange.lowerBound..<run.new))
            pending.append((run.old + run.count..<oldRange.upperBound, run.new + run.count..<newRange.upperBound))
        }
        var joined: [Run] = []
        for run in found.sorted(by: { $0.old < $1.old }) {
            if let last = joined.last, last.old + last.count == run.old, last.new + last.count == run.new {
                joined[joined.count - 1].count += run.count
            } else {
                joined.append(run)
            }
        }
        return joined + [Run(old: old.count, new: new.count, count: 0)]
    }

    /// What becomes of a part of the old text: it stays where both parts are the same.
    private struct Change {
        var isSame: Bool
        var old: Range<Int>
        var new: Range<Int>
    }

    private func changes() -> [Change] {
        var result: [Change] = []
        var (i, j) = (0, 0)
        for run in runs() {
            if i < run.old || j < run.new { result.append(Change(isSame: false, old: i..<run.old, new: j..<run.new)) }
            (i, j) = (run.old + run.count, run.new + run.count)
            if run.count > 0 { result.append(Change(isSame: true, old: run.old..<i, new: run.new..<j)) }
        }
        return result
    }

    /// The changes in groups, each with a few lines around.
    private func groups() -> [[Change]] {
        let all = changes()
        guard all.contains(where: { !$0.isSame }) else { return [] }
        var groups: [[Change]] = []
        var group: [Change] = []
        for (index, change) in all.enumerated() {
            guard change.isSame else { group.append(change); continue }
            let keep = Self.context
            if index == 0 {
                group.append(last(keep, of: change))
            } else if index == all.count - 1 {
                group.append(first(keep, of: change))
            } else if change.old.count > 2 * keep {
                group.append(first(keep, of: change))
                groups.append(group)
                group = [last(keep, of: change)]
            } else {
                group.append(change)
            }
        }
        return groups + [group]
    }

    private func first(_ count: Int, of change: Change) -> Change {
        Change(isSame: true, old: change.old.prefix(count), new: change.new.prefix(count))
    }

    private func last(_ count: Int, of change: Change) -> Change {
        Change(isSame: true, old: change.old.suffix(count), new: change.new.suffix(count))
    }

    private func text() -> String {
        var text = ""
        for group in groups() {
            guard let first = group.first, let last = group.last else { continue }
            let oldRange = first.old.lowerBound..<last.old.upperBound
            let newRange = first.new.lowerBound..<last.new.upperBound
            text += "@@ -\(Self.place(oldRange)) +\(Self.place(newRange)) @@\n"
            for change in group {
                if change.isSame {
                    for line in old[change.old] { text += " " + line + "\n" }
                } else {
                    for line in old[change.old] { text += "-" + line + "\n" }
                    for line in new[change.new] { text += "+" + line + "\n" }
                }
            }
        }
        return text
    }

    /// The first line, from 1, and how many there are, which is left out where it is one.
    private static func place(_ range: Range<Int>) -> String {
        if range.count == 1 { return String(range.lowerBound + 1) }
        return "\(range.isEmpty ? range.lowerBound : range.lowerBound + 1),\(range.count)"
    }
}
