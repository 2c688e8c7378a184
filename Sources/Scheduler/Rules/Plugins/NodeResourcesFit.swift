// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Whether what a pod requests is free on a node; and that the emptier node is better.
///
/// - SeeAlso: plugins `NodeResourcesFit` (strategy LeastAllocated) and `NodeResourcesBalancedAllocation` of kube-scheduler.
enum NodeResourcesFit {
    static func filter(_ pod: PodInfo, _ numbers: NodeNumbers, _ node: NodeInfo) -> FilterFailure? {
        let want = pod.requests.total
        var short = ResourceShortage()
        if numbers.podCount + 1 > numbers.allowedPods { short.pods = true }
        if want.milliCPU > 0, want.milliCPU > numbers.allocatableCPU &- numbers.requestedCPU {
            short.cpu = true
            if want.milliCPU > numbers.allocatableCPU { short.exceedsNode = true }
        }
        if want.memory > 0, want.memory > numbers.allocatableMemory &- numbers.requestedMemory {
            short.memory = true
            if want.memory > numbers.allocatableMemory { short.exceedsNode = true }
        }
        if want.ephemeralStorage > 0, want.ephemeralStorage > numbers.allocatableStorage &- numbers.requestedStorage {
            short.ephemeralStorage = true
            if want.ephemeralStorage > numbers.allocatableStorage { short.exceedsNode = true }
        }
        if !want.scalars.isEmpty { addScalars(want.scalars, node, &short) }
        return short.isEmpty ? nil : .resources(short)
    }

    private static func addScalars(_ want: [String: Int64], _ node: NodeInfo, _ short: inout ResourceShortage) {
        for (name, amount) in want.sorted(by: { $0.key < $1.key }) where amount > 0 {
            let has = node.allocatableScalars[name] ?? 0
            guard amount > has &- (node.requestedScalars[name] ?? 0) else { continue }
            short.scalars.append(name)
            if amount > has { short.exceedsNode = true }
        }
    }

    /// 0 to 100: the mean share of CPU and memory that stays free.
    static func leastAllocated(_ pod: PodInfo, _ numbers: NodeNumbers) -> Int64 {
        var sum: Int64 = 0
        var weights: Int64 = 0
        if numbers.allocatableCPU > 0 {
            sum += freeShare(numbers.nonZeroCPU &+ pod.requests.nonZeroMilliCPU, of: numbers.allocatableCPU)
            weights += 1
        }
        if numbers.allocatableMemory > 0 {
            sum += freeShare(numbers.nonZeroMemory &+ pod.requests.nonZeroMemory, of: numbers.allocatableMemory)
            weights += 1
        }
        return weights == 0 ? 0 : sum / weights
    }

    private static func freeShare(_ requested: Int64, of capacity: Int64) -> Int64 {
        if requested >= capacity { return 0 }
        let free = capacity - max(0, requested)
        let (product, overflow) = free.multipliedReportingOverflow(by: 100)
        return overflow ? Int64(Double(free) / Double(capacity) * 100) : product / capacity
    }

    /// 0 to 100: how alike the shares of CPU and memory are that would be taken.
    static func balanced(_ pod: PodInfo, _ numbers: NodeNumbers) -> Int64 {
        guard numbers.allocatableCPU > 0, numbers.allocatableMemory > 0 else { return 100 }
        let want = pod.requests.total
        let cpu = min(1, Double(numbers.requestedCPU &+ want.milliCPU) / Double(numbers.allocatableCPU))
        let memory = min(1, Double(numbers.requestedMemory &+ want.memory) / Double(numbers.allocatableMemory))
        return Int64((1 - abs(cpu - memory) / 2) * 100)
    }
}
