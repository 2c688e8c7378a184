// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// What `/version` says: the Kubernetes level that is served, and by what.
package struct ServerVersion: Sendable, Equatable {
    package var major = "1"
    package var minor = "36"
    package var gitVersion = "v1.36.2+martlet"
    package var gitCommit = ""
    package var gitTreeState = "clean"
    /// RFC 3339.
    package var buildDate = "1970-01-01T00:00:00Z"
    package var platform = ServerVersion.hostPlatform

    package init() {}

    private static var hostPlatform: String {
        #if arch(arm64)
        "linux/arm64"
        #else
        "linux/amd64"
        #endif
    }

    package var json: [UInt8] {
        let members: [(String, JSONValue)] = [
            ("major", .string(major)), ("minor", .string(minor)), ("emulationMajor", .string(major)),
            ("emulationMinor", .string(minor)), ("minCompatibilityMajor", .string(major)),
            ("minCompatibilityMinor", .string(Int(minor).map { String($0 - 1) } ?? minor)),
            ("gitVersion", .string(gitVersion)), ("gitCommit", .string(gitCommit)),
            ("gitTreeState", .string(gitTreeState)),
            ("buildDate", .string(buildDate)), ("goVersion", .string("swift6")), ("compiler", .string("swiftc")),
            ("platform", .string(platform)),
        ]
        return JSONIndenter.indent(JSONValue.object(JSONObject(members)).bytes())
    }
}
