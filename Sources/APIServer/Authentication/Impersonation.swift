// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Acting as somebody else by the `Impersonate-*` header fields.
///
/// - SeeAlso: "User impersonation" in Kubernetes' documentation; KEP-5284 (constrained impersonation).
package struct Impersonation: Sendable, Equatable {
    package var userName = ""
    package var uid = ""
    package var groups: [String] = []
    package var extra: [String: [String]] = [:]

    /// What a request asks for.
    ///
    /// - Returns: nil where it asks for nothing.
    /// - Throws: ``FailureStatus`` 400 where groups, uid or extra come without a user.
    package init?(headers: [(name: String, value: String)]) throws(FailureStatus) {
        let extraPrefix = "impersonate-extra-"
        for (name, value) in headers where name.hasPrefix("impersonate-") {
            switch name {
            case "impersonate-user": userName = userName.isEmpty ? value : userName
            case "impersonate-group": groups.append(value)
            case "impersonate-uid": uid = uid.isEmpty ? value : uid
            default:
                guard name.hasPrefix(extraPrefix) else { continue }
                let key = String(name.dropFirst(extraPrefix.count))
                extra[RequestTarget("/" + key).map { String($0.path.dropFirst()) } ?? key, default: []].append(value)
            }
        }
        guard userName.isEmpty else { return }
        guard !groups.isEmpty || !uid.isEmpty || !extra.isEmpty else { return nil }
        throw FailureStatus.badRequest("requested \(goText) without impersonating a user name")
    }

    /// The value as upstream's message prints it.
    private var goText: String {
        func list(_ values: [String]) -> String {
            "[]string{" + values.map { FailureStatus.quote($0) }.joined(separator: ", ") + "}"
        }
        let groupText = groups.isEmpty ? "[]string(nil)" : list(groups)
        let pairs = extra.sorted { $0.key < $1.key }.map { "\(FailureStatus.quote($0.key)):\(list($0.value))" }
        let extraText =
            extra.isEmpty ? "map[string][]string(nil)" : "map[string][]string{" + pairs.joined(separator: ", ") + "}"
        return "&user.DefaultInfo{Name:\(FailureStatus.quote(userName)), UID:\(FailureStatus.quote(uid)), "
            + "Groups:\(groupText), Extra:\(extraText)}"
    }
}
