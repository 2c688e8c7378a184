// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Glibc
import Primitives
import Synchronization

/// The time zones of this machine, each read when an expression first names it.
final class ZoneFiles: CELTimeZones {
    private static let limit = 1 << 20

    private let folder: String
    /// nil for a name that no zone has.
    private let known = Mutex<[String: TimeZoneRules?]>([:])

    init(folder: String = "/usr/share/zoneinfo") { self.folder = folder }

    func offset(of zone: String, at seconds: Int64) -> Int64? {
        if let rules = known.withLock({ $0[zone] }) { return rules?.offset(at: seconds) }
        let rules = Self.isName(zone) ? Self.read(folder + "/" + zone).flatMap { TimeZoneRules(tzif: $0) } : nil
        known.withLock { zones in
            // users choose the names: what nobody has must not fill the memory
            if zones.count >= 1_024 { zones.removeAll() }
            zones[zone] = .some(rules)
        }
        return rules?.offset(at: seconds)
    }

    /// `Europe/Berlin`, and nothing that leaves the folder.
    private static func isName(_ zone: String) -> Bool {
        !zone.isEmpty && zone.utf8.count <= 64
            && zone.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                    UInt8(ascii: "/"):
                    true
                default: false
                }
            } && !zone.hasPrefix("/")
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8_192)
        while bytes.count < limit {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }
}
