// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization
public import Wire

/// What the expressions of an admission policy look at.
public struct PolicyInput: Sendable {
    /// The values of all variables but the policy's own.
    private(set) var values: [String: CELValue]

    public init(request: JSONValue) {
        values = [
            "object": .null, "oldObject": .null, "params": .null, "namespaceObject": .null,
            "request": CELValue(request),
        ]
    }

    /// The object as it is to be; nil when it is deleted.
    public var object: JSONValue? {
        didSet { values["object"] = object.map { CELValue($0) } ?? .null }
    }

    /// The object as it is; nil when it is created.
    public var oldObject: JSONValue? {
        didSet { values["oldObject"] = oldObject.map { CELValue($0) } ?? .null }
    }

    /// What the policy is parametrised with, if it is.
    public var parameters: JSONValue? {
        didSet { values["params"] = parameters.map { CELValue($0) } ?? .null }
    }

    /// The object's namespace, if it has one.
    public var namespace: JSONValue? {
        didSet { values["namespaceObject"] = namespace.map(Self.typed) ?? .null }
    }

    /// What the user may do.
    public var authorizer: (any CELExtension)? {
        didSet { values["authorizer"] = authorizer.map { .other($0) } }
    }

    /// The same for the resource of the request.
    public var requestResource: (any CELExtension)? {
        didSet { values["authorizer.requestResource"] = requestResource.map { .other($0) } }
    }

    /// A namespace, whose times are times and not texts.
    private static func typed(_ namespace: JSONValue) -> CELValue {
        guard case .map(var whole) = CELValue(namespace), case .map(var metadata)? = whole[.string("metadata")] else {
            return CELValue(namespace)
        }
        for name in ["creationTimestamp", "deletionTimestamp"] {
            guard case .string(let text)? = metadata[.string(name)], let time = CELTimes.timestamp(text) else {
                continue
            }
            metadata.insert(.timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds), for: .string(name))
        }
        whole.insert(.map(metadata), for: .string("metadata"))
        return .map(whole)
    }
}

/// The variables that a policy defines: each is evaluated when it is first asked for, once.
final class PolicyVariables: CELExtension {
    private let programs: [String: PolicyExpression]
    private let known: [String: CELValue]
    private let state = Mutex(State())

    private struct State {
        var results: [String: Result<CELValue, CELFailure>] = [:]
        var cost: UInt64 = 0
    }

    init(_ programs: [String: PolicyExpression], _ known: [String: CELValue]) {
        self.programs = programs
        self.known = known
    }

    var typeName: String { CELEnvironment.policyVariables }

    func isEqual(to other: any CELExtension) -> Bool { (other as? PolicyVariables) === self }

    func field(_ name: String) throws(CELFailure) -> CELValue? {
        if let result = state.withLock({ $0.results[name] }) { return try result.get() }
        guard let expression = programs[name] else { return nil }
        var values = known
        values["variables"] = .other(self)
        let result: Result<CELValue, CELFailure>
        var cost: UInt64 = 0
        switch expression {
        case .failure(let failure):
            result = .failure(CELFailure("composited variable \"\(name)\" fails to compile: \(failure.message)"))
        case .success(let program):
            let outcome = program.evaluate(values)
            cost = outcome.cost
            result = outcome.result.mapError {
                CELFailure("composited variable \"\(name)\" fails to evaluate: \($0.message)")
            }
        }
        state.withLock {
            $0.results[name] = result
            $0.cost = $0.cost.addingReportingOverflow(cost).overflow ? .max : $0.cost + cost
        }
        return try result.get()
    }

    /// What evaluating them has cost since this was last asked.
    func takeCost() -> UInt64 {
        state.withLock { state in
            let cost = state.cost
            state.cost = 0
            return cost
        }
    }
}
