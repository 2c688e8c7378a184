// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Testing

@testable import APIServer

struct ContinueTokenTests {
    @Test("a token comes back as it was")
    func roundTrip() throws {
        let token = ContinueToken(revision: 42, start: "default/web-0\0")
        #expect(try ContinueToken(decoding: token.encoded()) == token)
    }

    @Test(
        "what is no token is refused in Kubernetes' words",
        arguments: [
            ("e30", "continue key is not valid: server does not recognize this encoded version "),
            (
                "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJmb28ifQ",
                "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)"
            ),
            ("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiIuLi8uLi94In0", "continue key is not valid: ../../x"),
        ])
    func refused(_ text: String, _ message: String) {
        #expect {
            try ContinueToken(decoding: text)
        } throws: {
            ($0 as? APIStatusError)?.message == "invalid continue token: " + message
        }
    }
}
