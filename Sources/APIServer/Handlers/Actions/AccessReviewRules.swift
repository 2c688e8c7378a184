// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Wire

/// The faults of access reviews.
///
/// - SeeAlso: `pkg/apis/authorization/validation` of Kubernetes.
enum AccessReviewRules {
    private static let spec = FieldPath("spec")

    static func faults(_ review: SubjectAccessReview) -> [FieldError] {
        subject(review.spec) + metadata(review.metadata, "must be empty")
    }

    static func faults(_ review: SelfSubjectAccessReview) -> [FieldError] {
        attributes(review.spec.resourceAttributes, review.spec.nonResourceAttributes)
            + selectors(review.spec.resourceAttributes) + metadata(review.metadata, "must be empty")
    }

    static func faults(_ review: LocalSubjectAccessReview) -> [FieldError] {
        var faults = subject(review.spec)
        faults += metadata(review.metadata, "must be empty except for namespace", allowsNamespace: true)
        if let resource = review.spec.resourceAttributes, resource.namespace != review.metadata.namespace {
            faults.append(
                .invalid(
                    FieldPath("spec", "resourceAttributes", "namespace"), resource.namespace,
                    "must match metadata.namespace"))
        }
        if let path = review.spec.nonResourceAttributes {
            faults.append(
                .invalid(spec.child("nonResourceAttributes"), value(path), "disallowed on this kind of request"))
        }
        return faults
    }

    private static func subject(_ spec: SubjectAccessReviewSpec) -> [FieldError] {
        var faults = attributes(spec.resourceAttributes, spec.nonResourceAttributes)
        if spec.user.isEmpty, spec.groups.isEmpty {
            faults.append(
                .invalid(FieldPath("spec", "user"), spec.user, "at least one of user or group must be specified"))
        }
        return faults + selectors(spec.resourceAttributes)
    }

    /// As upstream's internal type is written.
    private static func value(_ path: NonResourceAttributes) -> JSONValue {
        .object(JSONObject([("Path", .string(path.path)), ("Verb", .string(path.verb))]))
    }

    private static func metadata(
        _ given: ObjectMeta, _ text: String, allowsNamespace: Bool = false
    ) -> [FieldError] {
        var rest = given
        if allowsNamespace { rest.namespace = "" }
        rest.managedFields = []
        guard rest != ObjectMeta() else { return [] }
        return [.invalid(FieldPath("metadata"), (try? JSONValue.parse(JSONCoding.encode(given))) ?? .null, text)]
    }

    private static func attributes(_ resource: ResourceAttributes?, _ path: NonResourceAttributes?) -> [FieldError] {
        if resource != nil, let path {
            return [
                .invalid(
                    spec.child("nonResourceAttributes"), value(path),
                    "cannot be specified in combination with resourceAttributes")
            ]
        }
        if resource == nil, path == nil {
            return [
                .invalid(
                    spec.child("resourceAttributes"), .null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified")
            ]
        }
        return []
    }

    // MARK: - selectors

    private static func selectors(_ attributes: ResourceAttributes?) -> [FieldError] {
        let path = FieldPath("spec", "resourceAttributes")
        var faults: [FieldError] = []
        if let fields = attributes?.fieldSelector {
            let path = path.child("fieldSelector")
            faults += forms(fields.rawSelector, hasRequirements: !fields.requirements.isEmpty, path)
            for (index, requirement) in fields.requirements.enumerated() {
                faults += self.requirement(requirement, path.child("requirements").index(index))
            }
        }
        if let labels = attributes?.labelSelector {
            let path = path.child("labelSelector")
            faults += forms(labels.rawSelector, hasRequirements: !labels.requirements.isEmpty, path)
            for (index, requirement) in labels.requirements.enumerated() {
                faults += LabelSelectorRules.validate(
                    requirement, allowsUnknownOperators: true, at: path.child("requirements").index(index))
            }
        }
        return faults
    }

    private static func forms(_ raw: String, hasRequirements: Bool, _ path: FieldPath) -> [FieldError] {
        if !raw.isEmpty, hasRequirements {
            return [.invalid(path.child("rawSelector"), raw, "may not specified at the same time as requirements")]
        }
        guard raw.isEmpty, !hasRequirements else { return [] }
        return [
            .required(path.child("requirements"), "when \(path) is specified, requirements or rawSelector is required")
        ]
    }

    /// Operators that are not known are let pass: clients may be newer.
    private static func requirement(_ requirement: FieldSelectorRequirement, _ path: FieldPath) -> [FieldError] {
        var faults: [FieldError] = []
        if requirement.key.isEmpty { faults.append(.required(path.child("key"), "must be specified")) }
        switch requirement.`operator` {
        case "In", "NotIn":
            if requirement.values.isEmpty {
                faults.append(
                    .required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
            }
        case "Exists", "DoesNotExist":
            if !requirement.values.isEmpty {
                faults.append(
                    .forbidden(
                        path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
            }
        default: break
        }
        return faults
    }
}
