// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The containers of a pod.
final class ContainerRules: Sendable {  // a class, since a copy of a pod's spec is large
    let spec: PodSpec
    /// The sound volumes of the pod by name: mounts of others are not found.
    let volumes: [String: VolumeSource]
    /// The names of the pod's resource claims.
    let claims: Set<String>

    init(spec: PodSpec, volumes: [String: VolumeSource], claims: Set<String>) {
        self.spec = spec
        self.volumes = volumes
        self.claims = claims
    }

    private static let messagePolicies = ["File", "FallbackToLogsOnError"]
    private static let pullPolicies = ["Always", "IfNotPresent", "Never"]

    func containers(_ path: FieldPath) -> [FieldError] {
        guard !spec.containers.isEmpty else { return [.required(path)] }
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, container) in spec.containers.enumerated() {
            let at = path.index(index)
            errors += common(container, at)
            if !names.insert(container.name).inserted {
                errors.append(.duplicate(at.child("name"), container.name))
            }
            errors += ProbeRules.validate(container, gracePeriod: spec.terminationGracePeriodSeconds, at)
            errors += RestartRules.validate(container, at)
        }
        return errors + ContainerPortRules.conflicts(spec.containers, path)
    }

    func initContainers(_ path: @autoclosure () -> FieldPath) -> [FieldError] {
        if spec.initContainers.isEmpty { return [] }
        let path = path()
        var errors: [FieldError] = []
        var names = Set(spec.containers.map(\.name))
        for (index, container) in spec.initContainers.enumerated() {
            let at = path.index(index)
            errors += common(container, at)
            let isSidecar = container.restartPolicy == "Always"
            errors += RestartRules.validate(container, at)
            if !container.name.isEmpty, !names.insert(container.name).inserted {
                errors.append(.duplicate(at.child("name"), container.name))
            }
            // init containers run one by one, so each is looked at alone; upstream shows them all as the first
            errors += ContainerPortRules.conflicts([container], path)
            if isSidecar {
                errors += ProbeRules.validate(container, gracePeriod: spec.terminationGracePeriodSeconds, at)
                continue
            }
            let text = "may not be set for init containers without restartPolicy=Always"
            let set = [
                ("lifecycle", container.lifecycle != nil), ("livenessProbe", container.livenessProbe != nil),
                ("readinessProbe", container.readinessProbe != nil), ("startupProbe", container.startupProbe != nil),
            ]
            errors += set.filter(\.1).map { .forbidden(at.child($0.0), text) }
        }
        return errors
    }

    /// What all kinds of containers have in common.
    func common(_ container: Container, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.name(container.name, path.child("name"), NameRules.dns1123Label)
        errors += ValueRules.required(container.image, path.child("image"))
        errors += ValueRules.known(
            container.terminationMessagePolicy, Self.messagePolicies, path.child("terminationMessagePolicy"))
        errors += ContainerPortRules.validate(container.ports, path.child("ports"))
        errors += EnvironmentRules.validate(container.env, path.child("env"))
        errors += EnvironmentRules.sources(container.envFrom, path.child("envFrom"))
        let mounts = MountRules(container: container, volumes: volumes)
        errors += mounts.mounts(path.child("volumeMounts"))
        errors += mounts.devices(path.child("volumeDevices"))
        errors += ValueRules.known(container.imagePullPolicy, Self.pullPolicies, path.child("imagePullPolicy"))
        errors += ResourceRules.container(container.resources, path.child("resources"))
        errors += ResourceRules.claims(container.resources.claims, of: claims, path.child("resources", "claims"))
        errors += resizePolicies(container.resizePolicy, path.child("resizePolicy"))
        if let context = container.securityContext {
            errors += SecurityContextRules.container(context, hostUsers: spec.hostUsers, path.child("securityContext"))
        }
        return errors
    }

    /// What templates may still have, and pods may not.
    static func imageOfPod(_ container: Container, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        let image = container.image
        // nothing printable of ASCII is white space, whatever follows it
        let isPlain = { (byte: UInt8?) in byte.map { $0 > 0x20 && $0 < 0x7F } ?? true }
        if isPlain(image.utf8.first), isPlain(image.utf8.last) { return [] }
        let isPadded = image.first?.isWhitespace == true || image.last?.isWhitespace == true
        return isPadded
            ? [.invalid(path().child("image"), image, "must not have leading or trailing whitespace")] : []
    }

    private func resizePolicies(
        _ policies: [ContainerResizePolicy], _ path: @autoclosure () -> FieldPath
    ) -> [FieldError] {
        if policies.isEmpty { return [] }
        let path = path()
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, policy) in policies.enumerated() {
            if !names.insert(policy.resourceName).inserted {
                errors.append(.duplicate(path.index(index), policy.resourceName))
            }
            errors += ValueRules.known(policy.resourceName, ["cpu", "memory"], path)
            errors += ValueRules.known(policy.restartPolicy, ["NotRequired", "RestartContainer"], path)
            if spec.restartPolicy == "Never", policy.restartPolicy != "NotRequired" {
                let text = "must be 'NotRequired' when `restartPolicy` is 'Never'"
                errors.append(.invalid(path, policy.restartPolicy, text))
            }
        }
        return errors
    }
}

/// How single containers restart.
enum RestartRules {
    private static let limit = 20

    static func validate(_ container: Container, _ path: FieldPath) -> [FieldError] {
        let rules = container.restartPolicyRules
        var errors: [FieldError] = []
        if let policy = container.restartPolicy {
            errors += ValueRules.oneOf(policy, ["Always", "Never", "OnFailure"], path.child("restartPolicy"))
        } else if !rules.isEmpty {
            errors.append(
                .required(path.child("restartPolicy"), "must specify restartPolicy when restart rules are used"))
        }
        if rules.isEmpty { return errors }
        let list = path.child("restartPolicyRules")
        if rules.count > limit { errors.append(.tooMany(list, count: rules.count, limit: limit)) }
        for (index, rule) in rules.enumerated() {
            let at = list.index(index)
            errors += ValueRules.oneOf(rule.action, ["Restart", "RestartAllContainers"], at.child("action"))
            guard let codes = rule.exitCodes else {
                errors.append(.required(at.child("exitCodes"), "must be specified"))
                continue
            }
            errors += ValueRules.oneOf(codes.operator, ["In", "NotIn"], at.child("exitCodes", "operator"))
            if codes.values.count > 255 {
                errors.append(.tooMany(at.child("exitCodes", "values"), count: codes.values.count, limit: 255))
            }
        }
        return errors
    }

    /// Whether a container that ended with this code runs again: its rules say so, or its policy, or that of its pod.
    ///
    /// - SeeAlso: `ContainerShouldRestart` of Kubernetes' `pkg/api/v1/pod`.
    static func restarts(_ container: Container, of spec: PodSpec, after code: Int32) -> Bool {
        if container.restartPolicy != nil {
            let rule = container.restartPolicyRules.first { rule in
                guard let codes = rule.exitCodes else { return false }
                return codes.values.contains(code) == (codes.operator == "In")
            }
            if rule != nil { return true }
        }
        switch container.restartPolicy ?? spec.restartPolicy {
        case "Never": return false
        case "OnFailure": return code != 0
        default: return true
        }
    }

    /// Whether some container of the pod takes all others with it when it ends.
    static func restartsAll(_ spec: PodSpec) -> Bool {
        (spec.containers + spec.initContainers).contains { container in
            container.restartPolicyRules.contains { $0.action == "RestartAllContainers" }
        }
    }
}
