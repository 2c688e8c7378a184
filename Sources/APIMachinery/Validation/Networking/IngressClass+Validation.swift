// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension IngressClass: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if spec.controller.utf8.count > 250 { errors.append(.tooLong(path.child("controller"), limit: 250)) }
        errors += ValueRules.domainPath(spec.controller, path.child("controller"))
        guard let parameters = spec.parameters else { return errors }
        let at = path.child("parameters")
        if let group = parameters.apiGroup {
            errors += NameRules.dns1123Subdomain(group).map { .invalid(at.child("apiGroup"), group, $0) }
        }
        errors += ValueRules.name(parameters.kind, at.child("kind"), NameRules.pathSegment)
        errors += ValueRules.name(parameters.name, at.child("name"), NameRules.pathSegment)
        let scopes = ["Cluster", "Namespace"]
        if let scope = parameters.scope, !scopes.contains(scope) {
            errors.append(.notSupported(at.child("scope"), scope, scopes))
        }
        if parameters.scope == "Namespace" {
            let field = at.child("namespace")
            guard let namespace = parameters.namespace else {
                return errors + [.required(field, "`parameters.scope` is set to 'Namespace'")]
            }
            errors += NameRules.dns1123Label(namespace).map { .invalid(field, namespace, $0) }
        } else if parameters.scope == "Cluster", parameters.namespace != nil {
            errors.append(.forbidden(at.child("namespace"), "`parameters.scope` is set to 'Cluster'"))
        }
        return errors
    }

    public func validateUpdate(from old: IngressClass) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateChange(from: old) + validateAsNew()
    }

    public func validateChange(from old: IngressClass) -> [FieldError] {
        guard spec.controller != old.spec.controller else { return [] }
        return [.invalid(FieldPath("spec", "controller"), spec.controller, ObjectMetaRules.immutableText)]
    }
}
