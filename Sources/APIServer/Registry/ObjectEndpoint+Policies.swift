// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    /// Lets mutating admission policies change what is to be written. What they change nobody owns.
    ///
    /// Where one does, the plugins in front look at the object once more, and then the policies that ask for it.
    ///
    /// - Parameter name: that of the request; empty where it is still to be generated.
    /// - Returns: whether any policy ran, so that the identity of the object has to be looked at again.
    func mutate(
        _ object: inout Object, _ old: Object?, name: String, _ context: WriteContext, _ origin: PolicyOrigin
    ) async throws -> Bool {
        let hooks = try await origin.policies.mutatingHooks(info)
        guard !hooks.isEmpty else { return false }
        var round = PolicyRound()
        var target = target(object, context, origin)
        try await origin.policies.mutate(&target, subject(object, old, name, context, origin), hooks, &round)
        object = target.value
        guard round.isNeeded else { return false }
        round.isSecond = true
        for admit in admission.mutating { try await admit(&object, old, context) }
        if object != target.value { round.noteChange() }
        target.value = object
        try await origin.policies.mutate(&target, subject(object, old, name, context, origin), hooks, &round)
        object = target.value
        return true
    }

    /// Holds a write to the validating admission policies.
    func validate(
        _ object: Object, _ old: Object?, name: String, _ context: WriteContext, _ origin: PolicyOrigin
    ) async throws {
        let hooks = try await origin.policies.validatingHooks(info)
        guard !hooks.isEmpty else { return }
        try await origin.policies.validate(subject(object, old, name, context, origin), hooks, context.warnings)
    }

    /// Holds a deletion to the validating admission policies.
    func validate(
        deletionOf old: Object, _ options: DeleteOptions, _ context: WriteContext, _ origin: PolicyOrigin
    ) async throws {
        let hooks = try await origin.policies.validatingHooks(info)
        guard !hooks.isEmpty else { return }
        let name = origin.isCollection ? "" : context.name
        var subject = subject(nil, old, name, context, origin)
        subject.attributes.options = PolicyOrigin.options(options)
        try await origin.policies.validate(subject, hooks, context.warnings)
    }

    package func stored(fromJSON json: [UInt8]) throws -> [UInt8] {
        var object = try JSONCoding.decode(Object.self, from: json)
        definition.setDefaults(&object)
        var writer = JSONWriter()
        definition.encode(object, &writer)
        return writer.bytes
    }

    // MARK: - what policies look at

    private func subject(
        _ object: Object?, _ old: Object?, _ name: String, _ context: WriteContext, _ origin: PolicyOrigin
    ) -> PolicySubject {
        let operation = AdmissionAttributes.Operation(rawValue: context.operation.rawValue) ?? .update
        var attributes = AdmissionAttributes(
            operation, info.admissionResource, info.admissionKind(context.subresource))
        attributes.subresource = context.subresource
        attributes.name = name
        attributes.namespace = info.isNamespaced ? context.namespace : attributes.isNamespace ? name : ""
        attributes.user = context.user.userInfo
        attributes.isDryRun = context.isDryRun
        attributes.options = origin.options(operation)
        let isScale = context.subresource == "scale"
        let shown = object?.metadata.admissionName ?? "Unknown"
        let policies = origin.policies
        return PolicySubject(
            attributes: attributes, user: context.user, shownName: name.isEmpty ? shown : name,
            labels: object.map { isScale ? [:] : $0.metadata.labels },
            oldLabels: old.map { isScale ? [:] : $0.metadata.labels },
            object: { try self.document(object, $0, isScale: isScale, policies) },
            oldObject: { try self.document(old, $0, isScale: isScale, policies) })
    }

    private func document(
        _ object: Object?, _ resource: AdmissionAttributes.Resource, isScale: Bool, _ policies: AdmissionPolicies
    ) throws -> JSONValue? {
        guard let object else { return JSONValue?.none }
        if isScale, let scalable = object as? any Scalable {
            return try JSONValue.parse(JSONCoding.encode(scalable.scale))
        }
        guard resource != info.admissionResource, let other = policies.endpoint(resource) else {
            return try JSONValue.parse(JSONCoding.encode(object))
        }
        var writer = JSONWriter()
        definition.encode(object, &writer)
        let meta = object.metadata
        let stored = StoredObject(
            bytes: writer.bytes, namespace: meta.namespace, name: meta.name, uid: meta.uid, revision: 0)
        return try JSONValue.parse(try other.present(stored).bytes)
    }

    private func target(_ object: Object, _ context: WriteContext, _ origin: PolicyOrigin) -> PolicyTarget<Object> {
        let isScale = context.subresource == "scale"
        let policies = origin.policies
        return PolicyTarget(
            value: object,
            write: { value, resource in
                try self.document(value, resource, isScale: isScale, policies) ?? .object(JSONObject())
            },
            read: { json, resource, isStrict in
                if isScale {
                    let scale = try PolicyReading.read(Scale.self, json, isStrict: isStrict)
                    guard var scalable = object as? any Scalable else { return object }
                    scalable.scaleReplicas = scale.spec.replicas
                    return scalable as? Object ?? object
                }
                guard resource != self.info.admissionResource, let other = policies.endpoint(resource) else {
                    var value = try PolicyReading.read(Object.self, json, isStrict: isStrict)
                    self.definition.setDefaults(&value)
                    return value
                }
                return try self.definition.decode(try other.stored(fromJSON: json.bytes()))
            })
    }
}

/// Reads what a mutation made of an object.
enum PolicyReading {
    /// - Throws: `APIStatusError`: 500 for what is no object of the kind, or has fields that the kind has not.
    static func read<Value: TopLevelObject>(
        _: Value.Type, _ value: JSONValue, isStrict: Bool
    ) throws(APIStatusError) -> Value {
        let json = value.bytes()
        let object: Value
        var messages: [String] = []
        do throws(JSONFault) {
            if isStrict {
                let read = try JSONCoding.decodeStrictly(Value.self, from: json)
                object = read.value
                messages = StrictFaults.messages(read.faults, in: json)
            } else {
                object = try JSONCoding.decode(Value.self, from: json)
            }
        } catch {
            throw .internalError(JSONFaultText.message(error, in: json, root: Value.self))
        }
        guard messages.isEmpty else {
            throw .internalError("strict decoding error: " + messages.joined(separator: ", "))
        }
        return object
    }
}

extension RequestUser {
    /// An `authentication.k8s.io/v1` UserInfo.
    var userInfo: JSONValue {
        var members: [(String, JSONValue)] = []
        if !name.isEmpty { members.append(("username", .string(name))) }
        if !uid.isEmpty { members.append(("uid", .string(uid))) }
        if !groups.isEmpty { members.append(("groups", .array(groups.map { .string($0) }))) }
        if !extra.isEmpty {
            let lists = extra.sorted { $0.key < $1.key }.map { key, values in
                (key, JSONValue.array(values.map { .string($0) }))
            }
            members.append(("extra", .object(JSONObject(lists))))
        }
        return .object(JSONObject(members))
    }
}
