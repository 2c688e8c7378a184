// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation

/// What a figure depends on beside the program.
struct Machine: Codable, Sendable {
    var processor: String
    var cores: Int
    var memoryMegabytes: Int
    var kernel: String

    static let here: Machine = {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let kernel = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
        return Machine(
            processor: (model ?? "unknown").trimmingCharacters(in: .whitespaces),
            cores: ProcessInfo.processInfo.activeProcessorCount,
            memoryMegabytes: Int(ProcessInfo.processInfo.physicalMemory / 1_000_000),
            kernel: kernel.trimmingCharacters(in: .whitespacesAndNewlines))
    }()

    var summary: String { "\(processor), \(cores) cores, \(memoryMegabytes) MB, Linux \(kernel)" }
}

/// What the kernel says of processes.
struct ProcessFacts: Sendable {
    var pids: [Int32]

    /// Resident memory in megabytes (10^6 bytes), of all the processes together.
    var residentMegabytes: Double { sum("status", "VmRSS:") }
    /// The most that was resident since ``forgetPeak()``.
    var peakMegabytes: Double { sum("status", "VmHWM:") }
    /// What belongs to nobody else: no pages of files.
    var anonymousMegabytes: Double { sum("smaps_rollup", "Anonymous:") }

    private func sum(_ file: String, _ key: String) -> Double {
        pids.reduce(0) { total, pid in
            let text = (try? String(contentsOfFile: "/proc/\(pid)/\(file)", encoding: .utf8)) ?? ""
            let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
            let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) }
            return total + (kilobytes ?? 0) * 1024 / 1e6
        }
    }

    func forgetPeak() {
        for pid in pids {
            // Where it is not allowed, the peak is that of the whole run.
            guard let handle = FileHandle(forWritingAtPath: "/proc/\(pid)/clear_refs") else { continue }
            try? handle.write(contentsOf: Data("5".utf8))
            try? handle.close()
        }
    }

    /// Processor time used so far, in seconds.
    var processorSeconds: Double {
        pids.reduce(0) { total, pid in
            let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            // The name in parentheses may have blanks.
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
                return total
            }
            return total + (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }
}
