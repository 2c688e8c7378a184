// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

struct ServiceAccountTokenTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var body: String
        var status: Int
        var message = ""
        var testDescription: String { body }
    }

    private static func bound(_ fields: String) -> String { #"{"spec":{"boundObjectRef":{\#(fields)}}}"# }

    @Test(
        "a token is for the account and the object that the request names",
        arguments: [
            Case(body: #"{"spec":{}}"#, status: 201),
            Case(body: bound(#""apiVersion":"v1","kind":"Secret","name":"s""#), status: 201),
            Case(body: bound(#""kind":"Secret","name":"s""#), status: 201),
            Case(body: bound(#""apiVersion":"a/b/c","kind":"Secret","name":"s""#), status: 201),
            Case(
                body: #"{"metadata":{"uid":"other"},"spec":{}}"#, status: 409,
                message:
                    #"Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "default": the UID in the token request (other) does not match the UID of the service account ("#
            ),
            Case(
                body: bound(#""apiVersion":"v1","kind":"Secret","name":"s","uid":"other""#), status: 409,
                message:
                    #"Operation cannot be fulfilled on Secret "s": the UID in the bound object reference (other) does not match the UID in record."#
            ),
            Case(
                body: bound(#""apiVersion":"v1","kind":"ConfigMap","name":"s""#), status: 400,
                message: "cannot bind token to object of type /v1, Kind=ConfigMap"),
            Case(
                body: bound(#""apiVersion":"apps/v1","kind":"Deployment","name":"s""#), status: 400,
                message: "cannot bind token to object of type apps/v1, Kind=Deployment"),
            Case(
                body: bound(#""apiVersion":"v1","kind":"Secret","name":"t""#), status: 404,
                message: #"secrets "t" not found"#),
        ])
    func requests(_ c: Case) async throws {
        let server = try await TestServer.ready()
        let namespace = "/api/v1/namespaces/default"
        #expect(try await server.send("POST", namespace + "/secrets", #"{"metadata":{"name":"s"}}"#).status == 201)
        let answer = try await server.send("POST", namespace + "/serviceaccounts/default/token", c.body)
        #expect(answer.status == c.status)
        if answer.status == 201 {
            let account = try await server.send("GET", namespace + "/serviceaccounts/default").json
            #expect(answer.json.at("metadata", "uid") == account.at("metadata", "uid"))
        } else {
            #expect(answer.message.hasPrefix(c.message), "\(answer.message)")
        }
    }
}
