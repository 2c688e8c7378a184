// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What is left of a namespace that is being deleted.
struct NamespaceContents: Equatable {
    /// How many objects of each resource (`pods`, `deployments.apps`) are there.
    var remaining: [String: Int] = [:]
    /// How many objects wait for each finalizer.
    var finalizers: [String: Int] = [:]
    /// What could not be listed or deleted.
    var failures: [String] = []

    var isEmpty: Bool { remaining.isEmpty && failures.isEmpty }

    /// The conditions that tell users what the deletion waits for.
    ///
    /// - SeeAlso: `NamespaceConditionType` of the core API.
    func conditions(_ known: [NamespaceCondition], now: Time) -> [NamespaceCondition] {
        var conditions: [NamespaceCondition] = []
        func put(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) {
            let status = isTrue ? "True" : "False"
            let before = known.first { $0.type == type }
            conditions.append(
                NamespaceCondition {
                    $0.type = type
                    $0.status = status
                    $0.reason = reason
                    $0.message = message
                    $0.lastTransitionTime = before?.status == status ? before?.lastTransitionTime ?? now : now
                })
        }
        put("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered")
        put(
            "NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
            "All legacy kube types successfully parsed")
        put(
            "NamespaceDeletionContentFailure", !failures.isEmpty,
            failures.isEmpty ? "ContentDeleted" : "ContentDeletionFailed",
            failures.isEmpty
                ? "All content successfully deleted, may be waiting on finalization"
                : "Failed to delete all resource types, \(failures.count) remaining: \(failures.joined(separator: ", "))"
        )
        put(
            "NamespaceContentRemaining", !remaining.isEmpty,
            remaining.isEmpty ? "ContentRemoved" : "SomeResourcesRemain",
            remaining.isEmpty
                ? "All content successfully removed"
                : "Some resources are remaining: " + text(remaining) { "\($0). has \($1) resource instances" })
        put(
            "NamespaceFinalizersRemaining", !finalizers.isEmpty,
            finalizers.isEmpty ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
            finalizers.isEmpty
                ? "All content-preserving finalizers finished"
                : "Some content in the namespace has finalizers remaining: "
                    + text(finalizers) { "\($0) in \($1) resource instances" })
        return conditions
    }

    private func text(_ counts: [String: Int], _ form: (String, Int) -> String) -> String {
        counts.keys.sorted().map { form($0, counts[$0] ?? 0) }.joined(separator: ", ")
    }
}
