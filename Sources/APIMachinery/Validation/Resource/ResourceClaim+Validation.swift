// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension ResourceClaim: Validated {
    public func validateBody() -> [FieldError] {
        DeviceClaimRules(spec.devices).validate(FieldPath("spec", "devices"))
    }

    public func validateUpdate(from old: ResourceClaim) -> [FieldError] {
        ObjectMetaRules.validate(metadata, isNamespaced: true, name: Self.nameRule)
            + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + ValueRules.immutable(spec, old.spec, FieldPath("spec")) {
                InternalForm.json($0, "resource.k8s.io/v1.ResourceClaimSpec")
            }
    }

    public func validateStatus(from old: ResourceClaim) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + ClaimStatusRules(self).validate(from: old)
    }
}

extension ResourceClaimTemplate: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        return TemplateMetadataRules.validate(spec.metadata, path.child("metadata"))
            + DeviceClaimRules(spec.spec.devices).validate(path.child("spec", "devices"))
    }

    public func validateUpdate(from old: ResourceClaimTemplate) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
            + ValueRules.immutable(spec, old.spec, FieldPath("spec")) {
                InternalForm.json($0, "resource.k8s.io/v1.ResourceClaimTemplateSpec")
            }
    }
}

extension DeviceClass: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors = DeviceListRules.selectors(spec.selectors, path.child("selectors"))
        errors += DeviceListRules.list(spec.config, limit: 32, path.child("config")) {
            DeviceConfigurationRules.validate($0.deviceConfiguration, $1)
        }
        if let name = spec.extendedResourceName, !Self.isExtendedResource(name) {
            let at = path.child("extendedResourceName")
            errors.append(.invalid(at, name, "must be a valid extended resource name"))
        }
        return errors
    }

    /// Whether a name is that of a resource which no part of Kubernetes defines: its quota needs a prefix.
    private static func isExtendedResource(_ name: String) -> Bool {
        name.contains("/") && !name.contains("kubernetes.io/") && !name.hasPrefix("requests.")
            && LabelRules.qualifiedName("requests." + name).isEmpty
    }

    public func validateUpdate(from old: DeviceClass) -> [FieldError] {
        ObjectMetaRules.validate(metadata, isNamespaced: false, name: Self.nameRule)
            + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateBody()
    }
}

/// The metadata of an object that a controller makes from a template: labels and annotations alone.
enum TemplateMetadataRules {
    static func validate(_ meta: ObjectMeta, _ path: FieldPath) -> [FieldError] {
        var errors = LabelRules.annotations(meta.annotations, at: path.child("annotations"))
        errors += LabelRules.labels(meta.labels, at: path.child("labels"))
        let others: [(String, Bool)] = [
            ("name", !meta.name.isEmpty), ("generateName", !meta.generateName.isEmpty),
            ("namespace", !meta.namespace.isEmpty), ("selfLink", !meta.selfLink.isEmpty), ("uID", !meta.uid.isEmpty),
            ("resourceVersion", !meta.resourceVersion.isEmpty), ("generation", meta.generation != 0),
            ("creationTimestamp", !meta.creationTimestamp.isZero),
            ("deletionTimestamp", meta.deletionTimestamp != nil),
            ("deletionGracePeriodSeconds", meta.deletionGracePeriodSeconds != nil),
            ("ownerReferences", !meta.ownerReferences.isEmpty), ("finalizers", !meta.finalizers.isEmpty),
            ("managedFields", !meta.managedFields.isEmpty),
        ]
        for (field, isSet) in others where isSet { errors.append(.forbidden(path.child(field), "cannot be set")) }
        return errors
    }
}
