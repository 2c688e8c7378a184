// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Testing

struct PaperTests {
    @Test("every link of a page to a file of the repository leads somewhere")
    func links() throws {
        var faults: [String] = []
        let pages = Repository.files("docs", ".md") + ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        for page in pages {
            let folder = Repository.root.appendingPathComponent(page).deletingLastPathComponent()
            for target in try Self.targets(of: Repository.text(page)) {
                let path = String(target.split(separator: "#", omittingEmptySubsequences: false)[0])
                guard !path.isEmpty, !path.contains("://") else { continue }
                if !FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path) {
                    faults.append("\(page): \(target)")
                }
            }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    /// The targets of Markdown links: what stands between `](` and `)`.
    static func targets(of text: String) -> [String] {
        text.components(separatedBy: "](").dropFirst().compactMap { rest in
            rest.split(separator: ")", omittingEmptySubsequences: false).first.map(String.init)
        }
    }

    @Test("no source carries a reminder without an issue number")
    func reminders() throws {
        let words = ["TO" + "DO", "FIX" + "ME"]
        let faults = try (Repository.files("Sources", ".swift") + Repository.files("Tests", ".swift")).filter { path in
            let text = try Repository.text(path)
            return !path.contains("/Generated/") && words.contains { text.contains($0) }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }
}
