// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension CELEnvironment {
    /// What the expressions of admission policies and of webhooks' conditions may speak of.
    ///
    /// - Parameters:
    ///   - hasParameters: whether the policy has parameters, `params`.
    ///   - hasAuthorizer: whether what the user may do can be asked for.
    ///   - hasPatches: whether `Object{...}` and `JSONPatch{...}` can be made.
    public static func admission(hasParameters: Bool, hasAuthorizer: Bool, hasPatches: Bool) -> CELEnvironment {
        var environment = hasPatches ? patching : plain
        if hasParameters { environment.variables["params"] = .dyn }
        if hasAuthorizer {
            environment.variables["authorizer"] = .object("kubernetes.authorization.Authorizer")
            environment.variables["authorizer.requestResource"] = .object("kubernetes.authorization.ResourceCheck")
        }
        return environment
    }

    /// The structure of the variables that a policy defines itself.
    public static let policyVariables = "kubernetes.variables"

    private static let plain = CELEnvironment(
        variables: [
            "object": .dyn, "oldObject": .dyn, "namespaceObject": .object("kubernetes.Namespace"),
            "request": .object("kubernetes.AdmissionRequest"),
        ], objects: request + namespace)

    private static let patching: CELEnvironment = {
        var environment = plain
        environment.functions.add(CELLibrary.jsonPatch)
        environment.openObject = "Object"
        environment.objects["JSONPatch"] = CELObjectType(
            "JSONPatch", fields: ["op": .string, "path": .string, "from": .string, "value": .dyn])
        return environment
    }()

    private static let request: [CELObjectType] = {
        let kind = CELType.object("kubernetes.GroupVersionKind")
        let resource = CELType.object("kubernetes.GroupVersionResource")
        return [
            CELObjectType(
                "kubernetes.GroupVersionKind", fields: ["group": .string, "version": .string, "kind": .string]),
            CELObjectType(
                "kubernetes.GroupVersionResource",
                fields: ["group": .string, "version": .string, "resource": .string]),
            CELObjectType(
                "kubernetes.UserInfo",
                fields: [
                    "username": .string, "uid": .string, "groups": .list(.string),
                    "extra": .map(.string, .list(.string)),
                ]),
            CELObjectType(
                "kubernetes.AdmissionRequest",
                fields: [
                    "kind": kind, "resource": resource, "subResource": .string, "requestKind": kind,
                    "requestResource": resource, "requestSubResource": .string, "name": .string,
                    "namespace": .string, "operation": .string, "userInfo": .object("kubernetes.UserInfo"),
                    "dryRun": .bool, "options": .dyn,
                ]),
        ]
    }()

    private static let namespace: [CELObjectType] = [
        CELObjectType("kubernetes.NamespaceSpec", fields: ["finalizers": .list(.string)]),
        CELObjectType(
            "kubernetes.NamespaceCondition",
            fields: [
                "status": .string, "type": .string, "lastTransitionTime": .timestamp, "message": .string,
                "reason": .string,
            ]),
        CELObjectType(
            "kubernetes.NamespaceStatus",
            fields: ["conditions": .list(.object("kubernetes.NamespaceCondition")), "phase": .string]),
        CELObjectType(
            "kubernetes.NamespaceMetadata",
            fields: [
                "name": .string, "generateName": .string, "namespace": .string, "labels": .map(.string, .string),
                "annotations": .map(.string, .string), "UID": .string, "creationTimestamp": .timestamp,
                "deletionGracePeriodSeconds": .int, "deletionTimestamp": .timestamp, "generation": .int,
                "resourceVersion": .string, "finalizers": .list(.string),
            ]),
        CELObjectType(
            "kubernetes.Namespace",
            fields: [
                "metadata": .object("kubernetes.NamespaceMetadata"), "spec": .object("kubernetes.NamespaceSpec"),
                "status": .object("kubernetes.NamespaceStatus"),
            ]),
    ]
}
