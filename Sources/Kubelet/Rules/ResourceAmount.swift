// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Quantities as the numbers that the kernel takes.
enum ResourceAmount {
    /// Thousandths, rounded up; clamped to 64 bits.
    static func milli(_ quantity: Quantity) -> Int64 { quantity.milliValue }

    /// Whole units (bytes, cores), rounded up; clamped to 64 bits.
    static func whole(_ quantity: Quantity) -> Int64 { quantity.value }

    /// `amount` in units of `divisor`, rounded up: what a `resourceFieldRef` gives.
    ///
    /// - Parameter isCPU: then both are compared in thousandths.
    static func divide(_ amount: Quantity, by divisor: Quantity?, isCPU: Bool) -> String {
        let unit = divisor.flatMap { milli($0) > 0 ? $0 : nil }
        let (dividend, by): (Int64, Int64) =
            isCPU ? (milli(amount), unit.map(milli) ?? 1000) : (whole(amount), max(1, unit.map(whole) ?? 1))
        let (quotient, rest) = max(0, dividend).quotientAndRemainder(dividingBy: max(1, by))
        return String(rest > 0 ? quotient + 1 : quotient)
    }
}

/// Resources of a container as the runtime takes them.
enum LinuxResourceRules {
    /// Microseconds: the length of a scheduling period.
    static let cpuPeriod: Int64 = 100_000

    /// - Parameters:
    ///   - quality: the pod's class.
    ///   - memoryCapacity: bytes of the node.
    ///   - mayLower: whether this process may give a lower `oom_score_adj` than its own (CAP_SYS_RESOURCE); without it the
    ///     kernel refuses negative values and the container would not start.
    static func resources(
        _ container: Container, quality: String, priority: Int32?, memoryCapacity: Int64, mayLower: Bool
    ) -> CRI.LinuxResources {
        var result = CRI.LinuxResources()
        let limit = container.resources.limits[ResourceName.cpu].map(ResourceAmount.milli)
        let request = container.resources.requests[ResourceName.cpu].map(ResourceAmount.milli)
        result.cpuShares = shares(milliCPU: request ?? limit ?? 0)
        if let limit, limit > 0 {
            result.cpuPeriod = cpuPeriod
            result.cpuQuota = max(1000, (limit > .max / cpuPeriod ? .max / cpuPeriod : limit) * cpuPeriod / 1000)
        }
        if let memory = container.resources.limits[ResourceName.memory].map(ResourceAmount.whole), memory > 0 {
            result.memoryLimit = memory
        }
        let score = oomScoreAdjust(container, quality: quality, priority: priority, memoryCapacity: memoryCapacity)
        result.oomScoreAdjust = mayLower ? score : max(0, score)
        return result
    }

    /// Shares of the CPU: 1024 for a core, at least 2, at most 262144.
    static func shares(milliCPU: Int64) -> Int64 {
        guard milliCPU > 0 else { return 2 }
        return min(262_144, max(2, min(milliCPU, 1_000_000_000) * 1024 / 1000))
    }

    /// How soon the kernel kills the container when memory runs out: -997 (late) to 1000 (first).
    ///
    /// - SeeAlso: `GetContainerOOMScoreAdjust` of Kubernetes.
    static func oomScoreAdjust(_ container: Container, quality: String, priority: Int32?, memoryCapacity: Int64)
        -> Int64
    {
        if let priority, priority >= 2_000_000_000 { return -997 }
        switch quality {
        case PodQOSClass.guaranteed: return -997
        case PodQOSClass.bestEffort: return 1000
        default:
            let request = container.resources.requests[ResourceName.memory].map(ResourceAmount.whole) ?? 0
            guard memoryCapacity > 0 else { return 999 }
            let share = Double(max(0, request)) / Double(memoryCapacity) * 1000
            let score = 1000 - Int64(min(1000, share))
            return min(999, max(3, score))
        }
    }
}
