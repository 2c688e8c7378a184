// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Sets of completion indexes as text: `0,2-4`.
struct JobIndexes {
    struct Fault: Error { var text: String }

    /// The intervals in ascending order.
    private(set) var intervals: [ClosedRange<Int32>] = []

    /// How many indexes there are.
    var count: Int32 { intervals.reduce(0) { $0 + Int32($1.count) } }

    /// Reads a text whose indexes are all below `completions`.
    static func parse(_ text: String, completions: Int32) -> Result<JobIndexes, Fault> {
        var result = JobIndexes()
        guard !text.isEmpty else { return .success(result) }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch interval(String(part), completions: completions) {
            case .failure(let fault): return .failure(fault)
            case .success(let next):
                if let last = result.intervals.last?.upperBound, last >= next.lowerBound {
                    return .failure(
                        Fault(text: "non-increasing order, previous: \(last), current: \(next.lowerBound)"))
                }
                result.intervals.append(next)
            }
        }
        return .success(result)
    }

    private static func interval(_ text: String, completions: Int32) -> Result<ClosedRange<Int32>, Fault> {
        let limits = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if limits.count > 2 {
            let rule = "an index interval can have at most two parts separated by '-'"
            return .failure(Fault(text: "the fragment \(GoText.quote(text)) violates the requirement that \(rule)"))
        }
        var numbers: [Int32] = []
        for limit in limits {
            guard let number = Int(limit) else {
                return .failure(Fault(text: "cannot convert string to integer for index: \(GoText.quote(limit))"))
            }
            guard number < Int(completions) else {
                return .failure(Fault(text: "too large index: \(GoText.quote(limit))"))
            }
            numbers.append(Int32(clamping: number))
        }
        guard numbers.count == 2 else { return .success(numbers[0]...numbers[0]) }
        guard numbers[0] < numbers[1] else {
            return .failure(Fault(text: "non-increasing order, previous: \(numbers[0]), current: \(numbers[1])"))
        }
        return .success(numbers[0]...numbers[1])
    }

    /// The first index that both have; parts that cannot be read are passed over.
    static func overlap(_ first: String, _ second: String, completions: Int32) -> Int32? {
        func intervals(_ text: String) -> [ClosedRange<Int32>] {
            text.split(separator: ",").compactMap { try? interval(String($0), completions: completions).get() }
        }
        for one in intervals(first) {
            for other in intervals(second) where one.overlaps(other) { return max(one.lowerBound, other.lowerBound) }
        }
        return nil
    }
}
