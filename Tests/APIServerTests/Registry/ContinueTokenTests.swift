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

    private static func token(_ json: String) -> String { Base64URL.encode(Array(json.utf8)) }

    @Test(
        "what is no token is refused in Kubernetes' words",
        arguments: [
            ("e30", "continue key is not valid: server does not recognize this encoded version "),
            (
                "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJmb28ifQ",
                "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)"
            ),
            ("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiIuLi8uLi94In0", "continue key is not valid: ../../x"),
            ("abc!", "continue key is not valid: illegal base64 data at input byte 3"),
            ("abcde", "continue key is not valid: illegal base64 data at input byte 4"),
            (
                token(#"{"v":"meta.k8s.io/v1","rv":"5","start":"a"}"#),
                "continue key is not valid: json: cannot unmarshal string into Go struct field continueToken.rv of type int64"
            ),
            (
                token(#"{"v":"meta.k8s.io/v1","rv":1.5,"start":"a"}"#),
                "continue key is not valid: json: cannot unmarshal number 1.5 into Go struct field continueToken.rv of "
                    + "type int64"
            ),
            (
                token(#"{"v":1}"#),
                "continue key is not valid: json: cannot unmarshal number into Go struct field continueToken.v of type string"
            ),
            (
                token("[]"),
                "continue key is not valid: json: cannot unmarshal array into Go value of type storage.continueToken"
            ),
            (token("null"), "continue key is not valid: server does not recognize this encoded version "),
            (token(#"{"v":"meta.k8s.io/v1","rv":5,"start":"a/./b"}"#), "continue key is not valid: a/./b"),
            (token(#"{"v":"meta.k8s.io/v1","rv":5,"start":"a/"}"#), "continue key is not valid: a/"),
        ])
    func refused(_ text: String, _ message: String) {
        #expect {
            try ContinueToken(decoding: text)
        } throws: {
            ($0 as? APIStatusError)?.message == "invalid continue token: " + message
        }
    }
}
