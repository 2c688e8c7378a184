// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Controllers

struct NamespacePlanTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var contents: NamespaceContents
        var type: String
        var status: String
        var reason: String
        var message: String
        var testDescription: String { name }
    }

    @Test(
        "the conditions say what the deletion waits for",
        arguments: [
            Case(
                name: "nothing is left", contents: NamespaceContents(), type: "NamespaceContentRemaining",
                status: "False",
                reason: "ContentRemoved", message: "All content successfully removed"),
            Case(
                name: "objects are left, in the order of their names",
                contents: NamespaceContents(remaining: ["pods": 2, "deployments.apps": 1]),
                type: "NamespaceContentRemaining",
                status: "True", reason: "SomeResourcesRemain",
                message:
                    "Some resources are remaining: deployments.apps. has 1 resource instances, pods. has 2 resource instances"
            ),
            Case(
                name: "finalizers are left",
                contents: NamespaceContents(remaining: ["pods": 1], finalizers: ["example.org/x": 1]),
                type: "NamespaceFinalizersRemaining", status: "True", reason: "SomeFinalizersRemain",
                message: "Some content in the namespace has finalizers remaining: example.org/x in 1 resource instances"
            ),
            Case(
                name: "something could not be deleted", contents: NamespaceContents(failures: ["pods: no"]),
                type: "NamespaceDeletionContentFailure", status: "True", reason: "ContentDeletionFailed",
                message: "Failed to delete all resource types, 1 remaining: pods: no"),
        ])
    func conditions(_ c: Case) throws {
        let conditions = c.contents.conditions([], now: Fixture.now)
        #expect(Set(conditions.map(\.type)).count == 5)
        let condition = try #require(conditions.first { $0.type == c.type })
        #expect(condition.status == c.status)
        #expect(condition.reason == c.reason)
        #expect(condition.message == c.message)
    }

    @Test("it is empty when nothing is left and nothing failed")
    func isEmpty() {
        #expect(NamespaceContents().isEmpty)
        #expect(!NamespaceContents(remaining: ["pods": 1]).isEmpty)
        #expect(!NamespaceContents(failures: ["pods: no"]).isEmpty)
    }

    @Test("a condition keeps its time while its status stays")
    func transitions() {
        let before = NamespaceContents(remaining: ["pods": 2]).conditions([], now: Fixture.ago(60))
        let fewer = NamespaceContents(remaining: ["pods": 1]).conditions(before, now: Fixture.ago(30))
        #expect(fewer.allSatisfy { $0.lastTransitionTime == Fixture.ago(60) })
        let after = NamespaceContents().conditions(fewer, now: Fixture.now)
        #expect(after.filter { $0.lastTransitionTime == Fixture.now }.map(\.type) == ["NamespaceContentRemaining"])
    }
}
