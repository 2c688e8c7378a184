// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Users by bearer token, from a file of Kubernetes' form: lines `token,user,uid,"group1,group2"`.
///
/// - SeeAlso: `--token-auth-file` of kube-apiserver.
package struct StaticTokenFile: Sendable {
    /// Why a file was refused.
    package struct Fault: Error, Sendable, CustomStringConvertible {
        /// What is wrong, in which line; lower case.
        package var message: String
        package var description: String { message }
    }

    private var users: [String: RequestUser] = [:]

    /// Without a file: knows nobody.
    package init() {}

    /// Reads the content of a file. A later line for a token replaces an earlier one; lines without a token are left out.
    ///
    /// - Throws: where a line has fewer than three columns, or a quote is not closed.
    package init(_ content: [UInt8]) throws(Fault) {
        for (number, row) in try Self.rows(String(decoding: content, as: UTF8.self)) {
            guard row.count >= 3 else {
                throw Fault(
                    message:
                        "line \(number) of the token file has \(row.count) columns, it needs at least 3: token, user name, user uid"
                )
            }
            guard !row[0].isEmpty else { continue }
            let groups = row.count > 3 ? row[3].split(separator: ",").map(String.init).filter { !$0.isEmpty } : []
            users[row[0]] = RequestUser(name: row[1], uid: row[2], groups: groups)
        }
    }

    /// The user that a token stands for.
    package func user(token: String) -> RequestUser? { users[token] }

    /// The rows of a CSV text (RFC 4180), with their line numbers; empty lines are left out.
    private static func rows(_ text: String) throws(Fault) -> [(line: Int, columns: [String])] {
        var rows: [(line: Int, columns: [String])] = []
        var columns: [String] = []
        var column = ""
        var (line, firstLine) = (1, 1)
        var (isQuoted, wasQuoted) = (false, false)
        func endRow() {
            if !columns.isEmpty || !column.isEmpty || wasQuoted { rows.append((firstLine, columns + [column])) }
            (columns, column, wasQuoted) = ([], "", false)
        }
        var characters = text.unicodeScalars.makeIterator()
        var next = characters.next()
        while let character = next {
            next = characters.next()
            switch character {
            case "\"" where isQuoted && next == "\"":
                column.append("\"")
                next = characters.next()
            case "\"" where isQuoted: isQuoted = false
            case "\"" where column.allSatisfy(\.isWhitespace): (isQuoted, wasQuoted, column) = (true, true, "")
            case "," where !isQuoted:
                columns.append(column)
                column = ""
            case "\n":
                line += 1
                if isQuoted { column.append("\n") } else { endRow() }
                if !isQuoted { firstLine = line }
            case "\r" where !isQuoted: break
            default: column.unicodeScalars.append(character)
            }
        }
        guard !isQuoted else {
            throw Fault(message: "line \(firstLine) of the token file has a quote that is not closed")
        }
        endRow()
        return rows
    }
}
