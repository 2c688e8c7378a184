// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Amounts of resources as integers, so that comparing them costs no parsing.
struct ResourceVector: Sendable, Equatable {
    /// Millicores.
    var milliCPU: Int64 = 0
    /// Bytes.
    var memory: Int64 = 0
    /// Bytes.
    var ephemeralStorage: Int64 = 0
    /// Every other resource that is counted (extended resources, huge pages); mostly empty.
    var scalars: [String: Int64] = [:]

    static let zero = ResourceVector()

    init() {}

    init(milliCPU: Int64 = 0, memory: Int64 = 0, ephemeralStorage: Int64 = 0, scalars: [String: Int64] = [:]) {
        self.milliCPU = milliCPU
        self.memory = memory
        self.ephemeralStorage = ephemeralStorage
        self.scalars = scalars
    }

    /// What a `ResourceList` says; `pods` is left out.
    init(_ list: [String: Quantity]) {
        for (name, amount) in list {
            switch name {
            case ResourceName.cpu: milliCPU = max(0, amount.milliValue)
            case ResourceName.memory: memory = max(0, amount.value)
            case ResourceName.ephemeralStorage: ephemeralStorage = max(0, amount.value)
            case ResourceName.pods: break
            default: if Self.isScalar(name) { scalars[name] = max(0, amount.value) }
            }
        }
    }

    var isZero: Bool { milliCPU == 0 && memory == 0 && ephemeralStorage == 0 && scalars.values.allSatisfy { $0 == 0 } }

    /// Adds; a sum that does not fit stays at the largest amount.
    static func += (left: inout ResourceVector, right: ResourceVector) {
        left.milliCPU = Self.sum(left.milliCPU, right.milliCPU)
        left.memory = Self.sum(left.memory, right.memory)
        left.ephemeralStorage = Self.sum(left.ephemeralStorage, right.ephemeralStorage)
        for (name, amount) in right.scalars { left.scalars[name] = Self.sum(left.scalars[name] ?? 0, amount) }
    }

    /// Subtracts; no amount goes below 0.
    static func -= (left: inout ResourceVector, right: ResourceVector) {
        left.milliCPU = max(0, left.milliCPU - right.milliCPU)
        left.memory = max(0, left.memory - right.memory)
        left.ephemeralStorage = max(0, left.ephemeralStorage - right.ephemeralStorage)
        for (name, amount) in right.scalars { left.scalars[name] = max(0, (left.scalars[name] ?? 0) - amount) }
    }

    static func + (left: ResourceVector, right: ResourceVector) -> ResourceVector {
        var result = left
        result += right
        return result
    }

    /// Of each resource the larger amount.
    mutating func formMaximum(_ other: ResourceVector) {
        milliCPU = max(milliCPU, other.milliCPU)
        memory = max(memory, other.memory)
        ephemeralStorage = max(ephemeralStorage, other.ephemeralStorage)
        for (name, amount) in other.scalars { scalars[name] = max(scalars[name] ?? 0, amount) }
    }

    static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    /// Extended resources (a domain in the name) and huge pages.
    private static func isScalar(_ name: String) -> Bool { name.contains("/") || name.hasPrefix("hugepages-") }
}
