// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

struct ErrorTests {
    static let path = FieldPath("spec").child("containers").index(0).child("name")

    @Test(
        "faults are worded as Kubernetes words them",
        arguments: [
            (FieldError.required(path), "spec.containers[0].name: Required value"),
            (.required(path, "x"), "spec.containers[0].name: Required value: x"),
            (.invalid(path, "a\"b", "no"), "spec.containers[0].name: Invalid value: \"a\\\"b\": no"),
            (.invalid(path, 5, "no"), "spec.containers[0].name: Invalid value: 5: no"),
            (.invalid(path, ["a": ["b"]], "no"), "spec.containers[0].name: Invalid value: {\"a\":[\"b\"]}: no"),
            (.invalid(.root, .null, "no"), "<nil>: Invalid value: null: no"),
            (
                .notSupported(path, "z", ["a", "b"]),
                "spec.containers[0].name: Unsupported value: \"z\": supported values: \"a\", \"b\""
            ),
            (.duplicate(path, "z"), "spec.containers[0].name: Duplicate value: \"z\""),
            (.forbidden(path, "not here"), "spec.containers[0].name: Forbidden: not here"),
            (.tooLong(path, limit: 1), "spec.containers[0].name: Too long: may not be more than 1 byte"),
            (.tooMany(path, count: 17, limit: 16), "spec.containers[0].name: Too many: 17: must have at most 16 items"),
            (.notFound(path, "z"), "spec.containers[0].name: Not found: \"z\""),
            (.internalError(path, "oh"), "spec.containers[0].name: Internal error: oh"),
        ])
    func wording(_ error: FieldError, _ text: String) { #expect(error.description == text) }

    @Test("several faults stand in brackets, each once, while every one is a cause")
    func invalid() {
        let errors = [FieldError.required(FieldPath("a")), .required(FieldPath("b")), .required(FieldPath("a"))]
        let error = APIStatusError.invalid(GroupKind(group: "apps", kind: "Deployment"), name: "x", errors)
        #expect(error.message == "Deployment.apps \"x\" is invalid: [a: Required value, b: Required value]")
        #expect(error.details?.causes.count == 3)
        #expect(error.status.code == 422)
        #expect(
            error.status.details?.causes.first
                == StatusCause {
                    $0.reason = "FieldValueRequired"
                    $0.message = "Required value"
                    $0.field = "a"
                })
    }

    static let deployments = GroupResource(group: "apps", resource: "deployments")
    static let pods = GroupResource(group: "", resource: "pods")

    @Test(
        "errors name resource and object",
        arguments: [
            (
                APIStatusError.notFound(deployments, name: "a"), 404 as Int32, "NotFound",
                "deployments.apps \"a\" not found"
            ),
            (.alreadyExists(pods, name: "a"), 409, "AlreadyExists", "pods \"a\" already exists"),
            (
                .modified(pods, name: "a"), 409, "Conflict",
                "Operation cannot be fulfilled on pods \"a\": the object has been modified; please apply your changes to the latest version and try again"
            ),
            (.forbidden(pods, name: "", "no"), 403, "Forbidden", "pods is forbidden: no"),
            (.forbidden(pods, name: "a", "no"), 403, "Forbidden", "pods \"a\" is forbidden: no"),
            (
                .methodNotSupported(pods, action: "put"), 405, "MethodNotAllowed",
                "put is not supported on resources of kind \"pods\""
            ),
            (.generic(code: 404), 404, "NotFound", "the server could not find the requested resource"),
            (.internalError("oh"), 500, "InternalError", "Internal error occurred: oh"),
            (
                .requestEntityTooLarge("limit is 3145728"), 413, "RequestEntityTooLarge",
                "Request entity too large: limit is 3145728"
            ),
        ])
    func wording(_ error: APIStatusError, _ code: Int32, _ reason: String, _ message: String) {
        #expect(error.code == code && error.reason == reason && error.message == message)
        #expect(APIStatusError(error.status) == error)
    }
}
