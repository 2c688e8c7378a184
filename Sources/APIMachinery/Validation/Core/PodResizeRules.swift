// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Changes of the resources of a running pod.
enum PodResizeRules {
    static func change(of pod: Pod, from old: Pod) -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if PodQOS.classify(pod.spec) != oldClass(old) {
            let text = "Pod QOS Class may not change as a result of resizing"
            errors.append(.invalid(path, pod.status.qosClass, text))
        }
        let running = old.status.containerStatuses.first { $0.state.running != nil }
        if let running, running.resources == nil {
            errors.append(.forbidden(path, "Pod running on node without support for resize"))
        }
        var rest = pod.spec
        if isSet(old.spec.resources) || isSet(pod.spec.resources) {
            errors += whole(&rest, old.spec, path)
        }
        let moved =
            names(pod.spec.containers, old.spec.containers, "containers", path)
            + names(pod.spec.initContainers, old.spec.initContainers, "initContainers", path)
        guard moved.isEmpty else { return errors + moved }
        for (index, before) in old.spec.initContainers.enumerated() {
            let at = path.child("initContainers").index(index).child("resources")
            errors += removed(pod.spec.initContainers[index].resources, before.resources, at)
        }
        for (index, before) in old.spec.containers.enumerated() {
            let at = path.child("containers").index(index).child("resources")
            errors += removed(pod.spec.containers[index].resources, before.resources, at)
        }
        errors += fixed(&rest, old.spec, path)
        if errors.isEmpty, rest != old.spec {
            errors.append(.forbidden(path, "only cpu and memory resources are mutable"))
        }
        return errors
    }

    private static func isSet(_ resources: ResourceRequirements?) -> Bool {
        guard let resources else { return false }
        return !resources.requests.isEmpty || !resources.limits.isEmpty
    }

    /// The resources of the whole pod, whose cpu and memory are set back in `spec`.
    private static func whole(_ spec: inout PodSpec, _ old: PodSpec, _ path: FieldPath) -> [FieldError] {
        let at = path.child("resources")
        guard var after = spec.resources else { return [.forbidden(at, "pod-level resources cannot be removed")] }
        var errors: [FieldError] = []
        if let before = old.resources { errors += removed(after, before, at, "pod-level resource") }
        let claims = after.claims
        after.setBack(to: old.resources ?? ResourceRequirements())
        after.claims = claims
        spec.resources = old.resources == nil && after == ResourceRequirements() ? nil : after
        if spec.resources != old.resources {
            errors.append(.forbidden(path, "only cpu and memory resources are mutable at pod-level"))
        }
        return errors
    }

    private static func oldClass(_ old: Pod) -> String {
        old.status.qosClass.isEmpty ? PodQOS.classify(old.spec) : old.status.qosClass
    }

    private static func names(
        _ new: [Container], _ old: [Container], _ list: String, _ path: FieldPath
    ) -> [FieldError] {
        guard new.count == old.count else {
            return [.forbidden(path.child(list), "\(list) may not be added or removed on resize")]
        }
        return zip(new, old).enumerated().filter { $1.0.name != $1.1.name }.map { index, _ in
            let at = path.child(list).index(index).child("name")
            return .forbidden(at, "\(list) may not be renamed or reordered on resize")
        }
    }

    private static func removed(
        _ new: ResourceRequirements, _ old: ResourceRequirements, _ path: FieldPath, _ subject: String = "resource"
    ) -> [FieldError] {
        var errors: [FieldError] = []
        if !Set(old.requests.keys).isSubset(of: new.requests.keys) {
            errors.append(.forbidden(path.child("requests"), "\(subject) requests cannot be removed"))
        }
        if !Set(old.limits.keys).isSubset(of: new.limits.keys) {
            errors.append(.forbidden(path.child("limits"), "\(subject) limits cannot be removed"))
        }
        return errors
    }

    /// Everything but cpu and memory stays; in `spec` these are set back.
    private static func fixed(_ spec: inout PodSpec, _ old: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, before) in old.containers.enumerated() {
            spec.containers[index].resources.setBack(to: before.resources)
            if spec.containers[index] != before {
                errors.append(.forbidden(path, "only cpu and memory resources are mutable"))
            }
        }
        for (index, before) in old.initContainers.enumerated() {
            let at = path.child("initContainers").index(index)
            let isChanged = spec.initContainers[index] != before
            spec.initContainers[index].resources.setBack(to: before.resources)
            let after = spec.initContainers[index]
            if after != before {
                let text = "only cpu and memory resources for init or sidecar containers are mutable"
                errors.append(.forbidden(at, text))
            }
            if isChanged, after.restartPolicy != "Always",
                after.resizePolicy.contains(where: { $0.restartPolicy == "RestartContainer" })
            {
                let text = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized"
                errors.append(.forbidden(at, text))
            }
        }
        return errors
    }
}

extension ResourceRequirements {
    /// cpu and memory as they were.
    fileprivate mutating func setBack(to old: ResourceRequirements) {
        limits = Self.setBack(limits, to: old.limits)
        requests = Self.setBack(requests, to: old.requests)
        claims = []
    }

    private static func setBack(_ new: [String: Quantity], to old: [String: Quantity]) -> [String: Quantity] {
        var result = new
        for name in ["cpu", "memory"] { result[name] = old[name] }
        return result
    }
}
