// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Containers that are added to a running pod for debugging.
enum EphemeralContainerRules {
    private static let text = "cannot be set for an Ephemeral Container"

    static func validate(_ rules: ContainerRules, _ path: FieldPath) -> [FieldError] {
        let spec = rules.spec
        if spec.ephemeralContainers.isEmpty { return [] }
        let others = Set(spec.containers.map(\.name) + spec.initContainers.map(\.name))
        var names = others
        var errors: [FieldError] = []
        for (index, ephemeral) in spec.ephemeralContainers.enumerated() {
            let at = path.index(index)
            let container = Container(ephemeral.ephemeralContainerCommon)
            errors += rules.common(container, at)
            errors += ContainerRules.imageOfPod(container, at)
            if !names.insert(container.name).inserted {
                errors.append(.duplicate(at.child("name"), container.name))
            }
            let target = ephemeral.targetContainerName
            if !target.isEmpty, !others.contains(target) {
                errors.append(.notFound(at.child("targetContainerName"), .string(target)))
            }
            errors += fields(of: container, at)
        }
        return errors
    }

    /// Nobody may rely on an ephemeral container, so that it has no ports, probes or resources.
    private static func fields(of container: Container, _ path: FieldPath) -> [FieldError] {
        let set: [(String, Bool)] = [
            ("ports", !container.ports.isEmpty), ("resources", container.resources != ResourceRequirements()),
            ("resizePolicy", !container.resizePolicy.isEmpty), ("restartPolicy", container.restartPolicy != nil),
            ("restartPolicyRules", !container.restartPolicyRules.isEmpty),
            ("livenessProbe", container.livenessProbe != nil), ("readinessProbe", container.readinessProbe != nil),
            ("startupProbe", container.startupProbe != nil), ("lifecycle", container.lifecycle != nil),
        ]
        var errors: [FieldError] = set.filter(\.1).map { .forbidden(path.child($0.0), text) }
        for (index, mount) in container.volumeMounts.enumerated() {
            let at = path.child("volumeMounts").index(index)
            if !mount.subPath.isEmpty { errors.append(.forbidden(at.child("subPath"), text)) }
            if !mount.subPathExpr.isEmpty { errors.append(.forbidden(at.child("subPathExpr"), text)) }
        }
        return errors
    }

    /// Existing ones can neither change nor go.
    static func change(of pod: Pod, from old: Pod) -> [FieldError] {
        let path = FieldPath("spec", "ephemeralContainers")
        let type = "core/v1.EphemeralContainer"
        var errors: [FieldError] = []
        for before in old.spec.ephemeralContainers {
            let name = before.ephemeralContainerCommon.name
            let shown = "existing ephemeral containers \(GoText.quote(name)) may not be "
            guard let after = pod.spec.ephemeralContainers.last(where: { $0.ephemeralContainerCommon.name == name })
            else {
                errors.append(.forbidden(path, shown + "removed\n"))
                continue
            }
            guard after != before else { continue }
            let difference = LineDiff.of(InternalForm.json(before, type), InternalForm.json(after, type))
            errors.append(.forbidden(path, shown + "changed\n" + difference))
        }
        return errors
    }
}
