// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension APIService: Validated {
    public static var finalizerNames: ObjectMetaRules.FinalizerNames { .anyQualifiedName }

    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = name()
        if spec.group.isEmpty, spec.version != "v1" {
            let text = "only v1 may have an empty group and it better be legacy kube"
            errors.append(.required(path.child("group"), text))
        }
        errors += ValueRules.optionalName(spec.group, path.child("group"), NameRules.dns1123Subdomain)
        errors += NameRules.dns1035Label(spec.version).map { .invalid(path.child("version"), spec.version, $0) }
        let priorities = [
            ("groupPriorityMinimum", spec.groupPriorityMinimum, Int32(20_000)),
            ("versionPriority", spec.versionPriority, 1_000),
        ]
        for (field, value, limit) in priorities where value <= 0 || value > limit {
            errors.append(.invalid(path.child(field), value, "must be positive and less than \(limit)"))
        }
        guard let service = spec.service else { return errors + local(path) }
        return errors + remote(service, path)
    }

    /// The name says version and group.
    private func name() -> [FieldError] {
        let name = metadata.name
        let expected = spec.version + "." + spec.group
        guard !name.isEmpty, name != expected, NameRules.pathSegment(name).isEmpty else { return [] }
        let text = #"must be `spec.version+"."+spec.group`: "# + GoText.quote(expected)
        return [.invalid(FieldPath("metadata", "name"), name, text)]
    }

    private func local(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if !spec.caBundle.isEmpty {
            let text = "local APIServices may not have a caBundle"
            errors.append(.invalid(path.child("caBundle"), "\(spec.caBundle.count) bytes", text))
        }
        if spec.insecureSkipTLSVerify {
            let text = "local APIServices may not have insecureSkipTLSVerify"
            errors.append(.invalid(path.child("insecureSkipTLSVerify"), true, text))
        }
        return errors
    }

    private func remote(_ service: APIRegistrationServiceReference, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(service.namespace, path.child("service", "namespace"))
        errors += ValueRules.required(service.name, path.child("service", "name"))
        let port = service.port ?? 0
        let faults = NameRules.portNumber(Int(port))
        if !faults.isEmpty {
            let text = "port is not valid: " + faults.joined(separator: ", ")
            errors.append(.invalid(path.child("service", "port"), port, text))
        }
        if spec.insecureSkipTLSVerify, !spec.caBundle.isEmpty {
            let text = "may not be true if caBundle is present"
            errors.append(.invalid(path.child("insecureSkipTLSVerify"), true, text))
        }
        return errors
    }

    public func validateUpdate(from old: APIService) -> [FieldError] {
        ObjectMetaRules.validateUpdate(metadata, from: old.metadata) + validateAsNew()
    }

    public func validateStatus(from old: APIService) -> [FieldError] {
        let path = FieldPath("status", "conditions")
        let faults = status.conditions.enumerated().flatMap { index, condition in
            ValueRules.oneOf(condition.status, ["True", "False", "Unknown"], path.index(index).child("status"))
        }
        return ObjectMetaRules.validateUpdate(metadata, from: old.metadata) + faults
    }
}
