// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Testing

@testable import APIServer

struct ZoneFilesTests {
    /// A zone that is always an hour east of UTC.
    private static func file() -> Data {
        func header(_ counts: [UInt8]) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
        }
        return Data(
            header([0, 0, 0, 0, 0, 0]) + header([0, 0, 0, 0, 1, 4]) + [0, 0, 0x0E, 0x10, 0, 0] + Array("CET\0".utf8)
                + Array("\nCET-1\n".utf8))
    }

    @Test("zones are found by their names, and nothing outside the folder is")
    func zones() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zones-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let area = folder.appending(path: "all/Area")
        try FileManager.default.createDirectory(at: area, withIntermediateDirectories: true)
        try Self.file().write(to: area.appending(path: "City"))
        try Self.file().write(to: folder.appending(path: "Outside"))
        try Data("no zone".utf8).write(to: area.appending(path: "Broken"))
        let zones = ZoneFiles(folder: folder.appending(path: "all").path)
        #expect(zones.offset(of: "Area/City", at: 0) == 3_600)
        #expect(zones.offset(of: "Area/City", at: 4_000_000_000) == 3_600)
        for name in ["Area/None", "Area/Broken", "Area", "../Outside", "/Area/City", ""] {
            #expect(zones.offset(of: name, at: 0) == nil, "\(name)")
        }
    }
}
