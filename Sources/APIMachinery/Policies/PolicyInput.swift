// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization
public import Wire

/// What the expressions of an admission policy look at.
public struct PolicyInput: Sendable {
    /// The object as it is to be; nil when it is deleted.
    public var object: JSONValue?
    /// The object as it is; nil when it is created.
    public var oldObject: JSONValue?
    /// What the policy is parametrised with, if it is.
    public var parameters: JSONValue?
    /// The request: an AdmissionRequest without the objects.
    public var request: JSONValue
    /// The object's namespace, if it has one.
    public var namespace: JSONValue?
    /// What the user may do.
    public var authorizer: (any CELExtension)?
    /// The same for the resource of the request.
    public var requestResource: (any CELExtension)?

    public init(request: JSONValue) { self.request = request }

    /// The values of all variables but the policy's own.
    var variables: [String: CELValue] {
        var values: [String: CELValue] = [
            "object": object.map { CELValue($0) } ?? .null, "oldObject": oldObject.map { CELValue($0) } ?? .null,
            "params": parameters.map { CELValue($0) } ?? .null, "request": CELValue(request),
            "namespaceObject": namespace.map(Self.typed) ?? .null,
        ]
        if let authorizer { values["authorizer"] = .other(authorizer) }
        if let requestResource { values["authorizer.requestResource"] = .other(requestResource) }
        return values
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
    private let programs: [String: CELProgram]
    private let known: [String: CELValue]
    private let results: Mutex<[String: Result<CELValue, CELFailure>]> = Mutex([:])

    init(_ programs: [String: CELProgram], _ known: [String: CELValue]) {
        self.programs = programs
        self.known = known
    }

    var typeName: String { CELEnvironment.policyVariables }

    func isEqual(to other: any CELExtension) -> Bool { (other as? PolicyVariables) === self }

    func field(_ name: String) throws(CELFailure) -> CELValue? {
        if let result = results.withLock({ $0[name] }) { return try result.get() }
        guard let program = programs[name] else { return nil }
        var values = known
        values["variables"] = .other(self)
        let result = program.evaluate(values).result.mapError {
            CELFailure("composited variable \"\(name)\" fails to evaluate: \($0.message)")
        }
        results.withLock { $0[name] = result }
        return try result.get()
    }
}
