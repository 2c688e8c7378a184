// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Which mutating policies have run on an object, and which have to run again since others changed it after them.
///
/// - SeeAlso: `reinvocationPolicy` of MutatingAdmissionPolicy.
struct PolicyRound: Sendable {
    /// A policy as one binding lets it run with one parameter.
    struct Key: Hashable, Sendable {
        var policy: String
        var binding: String
        var parameter: String
    }

    /// Whether the policies run for the second, and last, time.
    var isSecond = false
    /// Whether anything has been changed, so that everything in front runs again.
    private(set) var isNeeded = false
    private var invoked: Set<Key> = []
    private var again: Set<Key> = []

    /// Notes that the object was changed.
    mutating func noteChange() {
        isNeeded = true
        again.formUnion(invoked)
        invoked = []
    }

    mutating func note(_ key: Key) { invoked.insert(key) }

    func runs(_ key: Key) -> Bool { !isSecond || again.contains(key) }
}

/// An object that policies change, with its two ways to JSON and back.
struct PolicyTarget<Value: Sendable> {
    /// The object as a resource shows it.
    typealias Writer = @Sendable (Value, AdmissionAttributes.Resource) throws -> JSONValue
    /// The object from what a mutation made of it, with defaults set.
    typealias Reader = @Sendable (JSONValue, AdmissionAttributes.Resource, _ isStrict: Bool) throws -> Value

    var value: Value
    let write: Writer
    let read: Reader

    /// Takes what a mutation made of the object.
    ///
    /// - Returns: why the policy fails; nil where it does not.
    /// - Throws: `APIStatusError`: 500 for a patched object that is none of its kind.
    mutating func take(
        _ mutated: MutatingPolicyProgram.Mutated, _ resource: AdmissionAttributes.Resource
    ) throws -> String? {
        switch mutated {
        case .unchanged: break
        case .patched(let json): value = try read(json, resource, true)
        case .merged(let json):
            do { value = try read(json, resource, false) } catch let error as APIStatusError { return error.message }
        }
        return nil
    }
}

extension AdmissionPolicies {
    /// One run of a policy on a request.
    private struct Invocation {
        var hook: PolicyHook<MutatingPolicyProgram>
        var binding: PolicyBinding
        var parameter: JSONValue?
        var match: PolicyCriteria.Match

        var key: PolicyRound.Key {
            let meta = parameter?["metadata"]
            let name = "\(meta?["namespace"]?.stringValue ?? "")/\(meta?["name"]?.stringValue ?? "")"
            return PolicyRound.Key(
                policy: hook.name, binding: binding.name, parameter: parameter == nil ? "" : name)
        }

        /// What it means that the policy fails.
        func failure(_ message: String) -> [Failure] {
            if hook.ignoresFailures { return [] }
            return [
                Failure(
                    policy: hook.name, binding: binding.name, message: message, reason: APIStatusError.Reason.invalid)
            ]
        }

        /// Runs one mutation on the object of an input.
        func mutate(
            _ index: Int, _ input: PolicyInput
        ) -> Result<MutatingPolicyProgram.Mutated, MutatingPolicyProgram.Failure> {
            let shape = ApplySchema.shared.kind(
                group: match.kind.group, version: match.kind.version, kind: match.kind.kind)
            return Result { () throws(MutatingPolicyProgram.Failure) in
                try hook.program.mutate(index, input.object ?? .object(JSONObject()), input, shape: shape)
            }
        }
    }

    /// Why a policy denies a request that it should have changed.
    private struct Failure {
        var policy: String
        var binding: String?
        var message: String
        /// nil keeps `Forbidden`.
        var reason: String?

        var text: String {
            guard let binding else { return "policy \(GoText.quote(policy)) denied request: \(message)" }
            return "policy '\(policy)' with binding '\(binding)' denied request: \(message)"
        }
    }

    /// Lets the mutating policies change an object.
    ///
    /// - Throws: `APIStatusError` where one fails whose failure policy is `Fail`, or makes what is no object; `StoreError`.
    func mutate<Value: Equatable & Sendable>(
        _ target: inout PolicyTarget<Value>, _ subject: PolicySubject, _ hooks: [PolicyHook<MutatingPolicyProgram>],
        _ round: inout PolicyRound
    ) async throws {
        var failures: [Failure] = []
        let invocations = try await invocations(subject, hooks, &failures)
        if !invocations.isEmpty {
            let namespace = try await namespaceObject(subject.attributes)
            var isDirty = false
            for invocation in invocations {
                try run(invocation, on: &target, subject, namespace, &round, &failures, &isDirty)
            }
            if isDirty { round.noteChange() }
        }
        guard let first = failures.first else { return }
        var error = APIStatusError.forbidden(subject.groupResource, name: subject.shownName, "")
        error.message = first.text
        error.reason = first.reason ?? error.reason
        error.details?.causes += failures.map { failure in StatusCause { $0.message = failure.text } }
        throw error
    }

    /// All runs that a request asks for; which policies match is settled before the first one changes anything.
    private func invocations(
        _ subject: PolicySubject, _ hooks: [PolicyHook<MutatingPolicyProgram>], _ failures: inout [Failure]
    ) async throws -> [Invocation] {
        let labels = try await labels(subject)
        let equivalents = equivalents(of: subject.attributes)
        var found: [Invocation] = []
        for hook in hooks {
            guard let match = hook.criteria?.match(subject.attributes, labels, equivalents: equivalents) else {
                continue
            }
            if let fault = fault(of: hook.paramKind) {
                if !hook.ignoresFailures {
                    failures.append(Failure(policy: hook.name, message: "failed to configure policy: " + fault))
                }
                continue
            }
            for binding in hook.bindings {
                if let criteria = binding.criteria,
                    criteria.match(subject.attributes, labels, equivalents: equivalents) == nil
                {
                    continue
                }
                do {
                    found += try await parameters(hook.paramKind, binding, subject.attributes.namespace).map {
                        Invocation(hook: hook, binding: binding, parameter: $0, match: match)
                    }
                } catch let fault as ConfigurationFault {
                    if hook.ignoresFailures { continue }
                    failures.append(
                        Failure(
                            policy: hook.name, binding: binding.name,
                            message: "failed to configure binding: " + fault.message))
                }
            }
        }
        return found
    }

    private func run<Value: Equatable & Sendable>(
        _ invocation: Invocation, on target: inout PolicyTarget<Value>, _ subject: PolicySubject,
        _ namespace: JSONValue?, _ round: inout PolicyRound, _ failures: inout [Failure], _ isDirty: inout Bool
    ) throws {
        var inputs = PolicyInputs(subject, namespace: namespace, authorizer: authorizer)
        var input = try inputs.input(invocation.match)
        input.object = try target.write(target.value, invocation.match.resource)
        if let parameter = invocation.parameter { input.parameters = parameter }
        switch invocation.hook.program.match(input) {
        case .differs: return
        case .failure(let message):
            failures += invocation.failure(message)
            return
        case .matches: break
        }
        guard round.runs(invocation.key) else { return }
        let before = target.value
        for index in 0..<invocation.hook.program.count {
            switch invocation.mutate(index, input) {
            case .failure(let failure):
                failures += invocation.failure(failure.message)
                continue
            case .success(let mutated):
                isDirty = true
                if let failure = try target.take(mutated, invocation.match.resource) {
                    failures += invocation.failure(failure)
                    continue
                }
            }
            input.object = try target.write(target.value, invocation.match.resource)
        }
        if target.value != before { round.noteChange() }
        if invocation.hook.program.isReinvocable { round.note(invocation.key) }
    }
}
