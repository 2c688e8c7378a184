// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What this host says of itself.
package struct HostFacts: Sendable, Equatable {
    var cpus: Int64 = 1
    /// Bytes.
    var memory: Int64 = 0
    /// Bytes of the disk with the kubelet's directory.
    var disk: Int64 = 0
    var kernelVersion = ""
    var osImage = ""
    var machineID = ""
    var bootID = ""
    var systemUUID = ""
    /// As Go names it: `amd64`, `arm64`.
    var architecture = ""

    /// - Parameter directory: on the disk that pods use.
    static func read(directory: String) -> HostFacts {
        var facts = HostFacts()
        facts.cpus = max(1, Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        facts.memory = Memory.read().total
        facts.disk = Disk.read(directory)?.total ?? 0
        facts.kernelVersion = trimmed("/proc/sys/kernel/osrelease")
        facts.osImage = osName(FileSystem.text("/etc/os-release") ?? "")
        facts.machineID = trimmed("/etc/machine-id")
        facts.bootID = trimmed("/proc/sys/kernel/random/boot_id")
        let uuid = trimmed("/sys/class/dmi/id/product_uuid")
        facts.systemUUID = uuid.isEmpty ? facts.machineID : uuid
        #if arch(arm64)
        facts.architecture = "arm64"
        #else
        facts.architecture = "amd64"
        #endif
        return facts
    }

    private static func trimmed(_ path: String) -> String {
        let text = FileSystem.text(path) ?? ""
        return String(text.prefix { !$0.isNewline })
    }

    /// `PRETTY_NAME` of an `os-release`.
    static func osName(_ text: String) -> String {
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("PRETTY_NAME=") {
            return String(line.dropFirst("PRETTY_NAME=".count).filter { $0 != "\"" })
        }
        return "Linux"
    }

    /// Memory in bytes.
    struct Memory: Sendable, Equatable {
        var total: Int64 = 0
        var available: Int64 = 0

        static func read() -> Memory { Memory(parsing: FileSystem.text("/proc/meminfo") ?? "") }

        init(parsing text: String) {
            for line in text.split(whereSeparator: \.isNewline) {
                let words = line.split(separator: " ")
                guard words.count >= 2, let kilobytes = Int64(words[1]), kilobytes < .max / 1024 else { continue }
                if words[0] == "MemTotal:" { total = kilobytes * 1024 }
                if words[0] == "MemAvailable:" { available = kilobytes * 1024 }
            }
        }
    }

    /// A disk in bytes.
    struct Disk: Sendable, Equatable {
        var total: Int64
        var available: Int64

        /// Nil where the directory does not exist.
        static func read(_ directory: String) -> Disk? {
            var info = statvfs()
            guard statvfs(directory, &info) == 0 else { return nil }
            let block = UInt64(info.f_frsize)
            return Disk(
                total: Int64(clamping: UInt64(info.f_blocks) &* block),
                available: Int64(clamping: UInt64(info.f_bavail) &* block))
        }
    }

    /// Processes there are, and how many there may be.
    static func processes() -> (running: Int64, limit: Int64) {
        let limit = Int64(trimmed("/proc/sys/kernel/pid_max")) ?? .max
        let words = (FileSystem.text("/proc/loadavg") ?? "").split(separator: " ")
        guard words.count > 3, let total = words[3].split(separator: "/").last.flatMap({ Int64($0) }) else {
            return (0, limit)
        }
        return (total, limit)
    }

    /// Whether this process may lower the `oom_score_adj` of others: CAP_SYS_RESOURCE, bit 24.
    static func mayLowerOOMScore() -> Bool {
        for line in (FileSystem.text("/proc/self/status") ?? "").split(whereSeparator: \.isNewline)
        where line.hasPrefix("CapEff:") {
            let digits = line.dropFirst("CapEff:".count).filter { $0.isHexDigit }
            return UInt64(digits, radix: 16).map { $0 >> 24 & 1 == 1 } ?? false
        }
        return false
    }

    /// The address that the default route leaves from; 127.0.0.1 where there is none.
    package static func address() -> String {
        let device = defaultDevice(FileSystem.text("/proc/net/route") ?? "")
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return "127.0.0.1" }
        defer { freeifaddrs(list) }
        var found: String?
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, address.pointee.sa_family == UInt16(AF_INET) else { continue }
            let name = String(cString: entry.ifa_name)
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
                continue
            }
            let numeric = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if name == device { return numeric }
            if found == nil, name != "lo", !name.hasPrefix("martlet"), !name.hasPrefix("docker") { found = numeric }
        }
        return found ?? "127.0.0.1"
    }

    /// The interface of the default route in the text of `/proc/net/route`.
    static func defaultDevice(_ text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count > 7, words[1] == "00000000", words[7] == "00000000" { return String(words[0]) }
        }
        return nil
    }
}
