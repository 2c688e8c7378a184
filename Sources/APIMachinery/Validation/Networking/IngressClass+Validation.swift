// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension IngressClass: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if spec.controller.utf8.count > 250 { errors.append(.tooLong(path.child("controller"), limit: 250)) }
        let faults = spec.controller.isEmpty ? [] : LabelRules.domainPath(spec.controller)
        errors += faults.map { .invalid(path.child("controller"), spec.controller, $0) }
        guard let parameters = spec.parameters else { return errors }
        let at = path.child("parameters")
        errors += ValueRules.name(parameters.kind, at.child("kind"), NameRules.pathSegment)
        errors += ValueRules.name(parameters.name, at.child("name"), NameRules.pathSegment)
        let scopes = ["Cluster", "Namespace"]
        if let scope = parameters.scope, !scopes.contains(scope) {
            errors.append(.notSupported(at.child("scope"), scope, scopes))
        }
        let namespace = parameters.namespace ?? ""
        if parameters.scope == "Namespace", namespace.isEmpty {
            errors.append(.required(at.child("namespace"), "`parameters.scope` is set to 'Namespace'"))
        } else if parameters.scope == "Cluster", parameters.namespace != nil {
            errors.append(.forbidden(at.child("namespace"), "`parameters.scope` is set to 'Cluster'"))
        }
        return errors
    }

    public func validateChange(from old: IngressClass) -> [FieldError] {
        guard spec.controller != old.spec.controller else { return [] }
        return [.invalid(FieldPath("spec", "controller"), spec.controller, ObjectMetaRules.immutableText)]
    }
}
