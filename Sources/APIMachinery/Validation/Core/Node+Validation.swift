// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Primitives
import Wire

extension Node: Validated {
    private static let avoidPods = "scheduler.alpha.kubernetes.io/preferAvoidPods"

    public func validateBody() -> [FieldError] {
        // upstream looks for taints below the metadata
        annotationFaults + taints(FieldPath("metadata", "taints")) + resourceFaults
            + podCIDRs(FieldPath("spec", "podCIDRs"))
    }

    private var annotationFaults: [FieldError] {
        guard let text = metadata.annotations[Self.avoidPods], !text.isEmpty else { return [] }
        do { _ = try JSONValue.parse(text) } catch {
            return [.invalid(FieldPath("metadata", "annotations", "AvoidPods"), Self.avoidPods, error.message)]
        }
        return []
    }

    private var resourceFaults: [FieldError] {
        let lists = [("capacity", status.capacity), ("allocatable", status.allocatable)]
        var errors: [FieldError] = []
        for (name, list) in lists {
            for (resource, amount) in list.sorted(by: { $0.key < $1.key }) {
                errors += ResourceRules.quantity(amount, of: resource, FieldPath("status", name, resource))
            }
        }
        return errors
    }

    /// Names of features in order, each once.
    private var featureFaults: [FieldError] {
        let path = FieldPath("status", "declaredFeatures")
        var errors: [FieldError] = []
        for (index, name) in status.declaredFeatures.enumerated() {
            if let fault = Self.fault(ofFeature: name) {
                let text = "invalid feature name \(GoText.quote(name)): " + fault
                errors.append(.invalid(path.index(index), name, text))
            }
            guard index + 1 < status.declaredFeatures.count else { continue }
            let next = status.declaredFeatures[index + 1]
            if next == name {
                errors.append(.duplicate(path.index(index + 1), next))
            } else if next < name {
                errors.append(.invalid(path.index(index + 1), next, "list must be sorted alphabetically"))
            }
        }
        return errors
    }

    /// What is wrong with `InCamelCase/withParts`.
    private static func fault(ofFeature name: String) -> String? {
        if name.utf8.count > 253 { return "must be no more than 253 characters" }
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isSound = parts.enumerated().allSatisfy { index, part in
            guard let first = part.first, NameRules.isLetter(first), index > 0 || first & 0x20 == 0 else {
                return false
            }
            return part.allSatisfy { NameRules.isLetter($0) || NameRules.isDigit($0) }
        }
        return isSound
            ? nil
            : "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes"
    }

    private func taints(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, taint) in spec.taints.enumerated() {
            let at = path.index(index)
            errors += LabelRules.qualifiedName(taint.key).map { .invalid(at.child("key"), taint.key, $0) }
            let faults = LabelRules.value(taint.value)
            if !faults.isEmpty {
                errors.append(.invalid(at.child("value"), taint.value, faults.joined(separator: ";")))
            }
            if taint.effect.isEmpty {
                errors.append(.required(at.child("effect")))
            } else {
                let known = ["NoSchedule", "PreferNoSchedule", "NoExecute"]
                errors += ValueRules.oneOf(taint.effect, known, at.child("effect"))
            }
            if !seen.insert(taint.key + "\n" + taint.effect).inserted {
                var duplicate = FieldError.duplicate(at, InternalForm.json(taint, "core/v1.Taint"))
                duplicate.detail = "taints must be unique by key and effect pair"
                errors.append(duplicate)
            }
        }
        return errors
    }

    private func podCIDRs(_ path: FieldPath) -> [FieldError] {
        let networks = spec.podCIDRs.isEmpty && !spec.podCIDR.isEmpty ? [spec.podCIDR] : spec.podCIDRs
        var errors = networks.enumerated().flatMap { ValueRules.cidr($1, path.index($0)) }
        let families = networks.compactMap { ValueRules.parseCIDR($0)?.network.family }
        if networks.count > 1, networks.count > 2 || Set(families).count != networks.count {
            let text = "may specify no more than one CIDR for each IP family"
            errors.append(.invalid(path, ValueRules.json(networks), text))
        }
        return errors
    }

    /// Upstream looks at a changed one as at a new one, and then at the change.
    public func validateUpdate(from old: Node) -> [FieldError] { validateAsNew() + changeFaults(from: old) }

    public func validateStatus(from old: Node) -> [FieldError] { changeFaults(from: old) }

    private func changeFaults(from old: Node) -> [FieldError] {
        var errors =
            ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + annotationFaults + resourceFaults
            + featureFaults
        for (index, address) in status.addresses.enumerated() where status.addresses[..<index].contains(address) {
            let shown: JSONValue = ["Type": .string(address.type), "Address": .string(address.address)]
            errors.append(.duplicate(FieldPath("status", "addresses").index(index), shown))
        }
        let network = FieldError.forbidden(
            FieldPath("spec", "podCIDRs"), "node updates may not change podCIDR except from \"\" to valid")
        if !old.spec.podCIDRs.isEmpty {
            if old.spec.podCIDRs.count != spec.podCIDRs.count {
                errors.append(network)
            } else {
                errors += zip(old.spec.podCIDRs, spec.podCIDRs).filter { $0 != $1 }.map { _ in network }
            }
        }
        if !old.spec.providerID.isEmpty, spec.providerID != old.spec.providerID {
            let text = "node updates may not change providerID except from \"\" to valid"
            errors.append(.forbidden(FieldPath("spec", "providerID"), text))
        }
        errors += taints(FieldPath("metadata", "taints"))
        if spec.externalID != old.spec.externalID {
            errors.append(.forbidden(FieldPath("spec", "externalID"), "may not be updated"))
        }
        return errors
    }
}
