// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

/// A policy that something binds, ready to be asked.
struct PolicyHook<Program: Sendable>: Sendable {
    var name: String
    var criteria: PolicyCriteria?
    var paramKind: ParamKind?
    /// Whether failures of the policy itself let requests pass.
    var ignoresFailures: Bool
    var program: Program
    /// In the order of their names.
    var bindings: [PolicyBinding]
}

/// What a binding says of its policy.
struct PolicyBinding: Sendable {
    var name: String
    var policyName: String
    /// nil adds nothing to what the policy itself is about.
    var criteria: PolicyCriteria?
    var paramRef: ParamRef?
    /// What is done with denials; empty for mutating policies.
    var actions: [String] = []
}

/// The policies of one kind with their bindings, as the watch cache has them. Each is compiled once per generation.
final class PolicySource<Policy: RESTObject, Binding: RESTObject, Program: Sendable>: Sendable {
    /// The parts of a policy that do not depend on its bindings.
    typealias Reading = @Sendable (Policy) -> PolicyHook<Program>
    typealias Binder = @Sendable (Binding) -> PolicyBinding

    private struct Compiled {
        /// The revisions of the last changes of policies and bindings that it knows.
        var revisions: (UInt64, UInt64)
        var hooks: [PolicyHook<Program>] = []
        /// By name; the version is that of the policy that was compiled.
        var policies: [String: (version: String, hook: PolicyHook<Program>)] = [:]
    }

    private let policies: ResourceCache
    private let bindings: ResourceCache
    private let read: Reading
    private let bind: Binder
    private let compiled = Mutex<Compiled?>(nil)

    init(policies: ResourceCache, bindings: ResourceCache, read: @escaping Reading, bind: @escaping Binder) {
        self.policies = policies
        self.bindings = bindings
        self.read = read
        self.bind = bind
    }

    /// The bound policies in the order of their names; empty where there are none, which one look at an atomic tells.
    ///
    /// - Throws: `StoreError` where the caches have to be filled and the store fails.
    func hooks() async throws -> [PolicyHook<Program>] {
        if bindings.population.load(ordering: .acquiring) == 0 { return [] }
        let (bound, known) = (try await bindings.snapshot(), try await policies.snapshot())
        let revisions = (known.changedAt, bound.changedAt)
        return compiled.withLock { state in
            if let state, state.revisions == revisions { return state.hooks }
            let fresh = compile(known, bound, after: state, revisions)
            state = fresh
            return fresh.hooks
        }
    }

    private func compile(
        _ known: Snapshot, _ bound: Snapshot, after old: Compiled?, _ revisions: (UInt64, UInt64)
    ) -> Compiled {
        var byPolicy: [String: [PolicyBinding]] = [:]
        for object in bound.objects() {
            // what does not decode is no policy: one broken object must not take away the others
            guard let binding = try? JSONCoding.decode(Binding.self, from: object.bytes) else { continue }
            let made = bind(binding)
            byPolicy[made.policyName, default: []].append(made)
        }
        var result = Compiled(revisions: revisions)
        for (name, bindings) in byPolicy.sorted(by: { $0.key < $1.key }) {
            guard let object = known.get(namespace: "", name: name),
                let policy = try? JSONCoding.decode(Policy.self, from: object.bytes)
            else { continue }
            let version = "\(policy.metadata.uid)/\(policy.metadata.generation)"
            var hook: PolicyHook<Program>
            if let last = old?.policies[name], last.version == version {
                hook = last.hook
            } else {
                hook = read(policy)
            }
            hook.bindings = bindings.sorted { $0.name < $1.name }
            result.policies[name] = (version, hook)
            result.hooks.append(hook)
        }
        return result
    }
}
