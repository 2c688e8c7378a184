// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The spec of a pod, alone and in templates.
enum PodSpecRules {
    /// - Parameter pod: the metadata of the pod; nil for a template, of which less is asked.
    static func validate(_ spec: PodSpec, of pod: ObjectMeta? = nil, _ path: FieldPath) -> [FieldError] {
        let (volumeErrors, volumes) = VolumeRules.validate(spec.volumes, of: pod, path.child("volumes"))
        let claims = Set(spec.resourceClaims.map(\.name).filter { !$0.isEmpty })
        let rules = ContainerRules(spec: spec, volumes: volumes, claims: claims)
        var errors = volumeErrors
        errors += resourceClaims(spec.resourceClaims, path.child("resourceClaims"))
        errors += rules.containers(path.child("containers"))
        errors += rules.initContainers(path.child("initContainers"))
        errors += EphemeralContainerRules.validate(rules, path.child("ephemeralContainers"))
        if let resources = spec.resources { errors += ResourceRules.pod(resources, of: spec, path.child("resources")) }
        errors += ContainerPortRules.onHostNetwork(spec, isPod: pod != nil, path)
        errors += ValueRules.known(spec.restartPolicy, restartPolicies, path.child("restartPolicy"))
        errors += ValueRules.known(spec.dnsPolicy, dnsPolicies, path.child("dnsPolicy"))
        errors += LabelRules.labels(spec.nodeSelector, at: path.child("nodeSelector"))
        if let context = spec.securityContext {
            errors += SecurityContextRules.pod(context, of: spec, path.child("securityContext"))
        }
        if let affinity = spec.affinity { errors += SchedulingRules.affinity(affinity, path.child("affinity")) }
        errors += dnsConfig(spec, path.child("dnsConfig"))
        errors += gates(spec, path)
        errors += SchedulingRules.spread(spec.topologySpreadConstraints, path.child("topologySpreadConstraints"))
        errors += WindowsRules.hostProcess(spec, path)
        errors += hostUsers(spec, path)
        errors += names(spec, path)
        errors += SchedulingRules.tolerations(spec.tolerations, path.child("tolerations"))
        errors += hostAliases(spec.hostAliases, path.child("hostAliases"))
        errors += classes(spec, path)
        return errors + WindowsRules.operatingSystem(spec, path)
    }

    private static let dnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
    static let restartPolicies = ["Always", "OnFailure", "Never"]

    private static func dnsConfig(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.dnsPolicy == "None" {
            let text = "must provide `dnsConfig` when `dnsPolicy` is None"
            if spec.dnsConfig == nil { return [.required(path, text)] }
            if spec.dnsConfig?.nameservers.isEmpty == true {
                return [
                    .required(
                        path.child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None")
                ]
            }
        }
        guard let config = spec.dnsConfig else { return [] }
        if config.nameservers.count > 3 {
            let text = "must not have more than 3 nameservers"
            errors.append(.invalid(path.child("nameservers"), ValueRules.json(config.nameservers), text))
        }
        for (index, server) in config.nameservers.enumerated() {
            errors += ValueRules.ipAddress(server, path.child("nameservers").index(index))
        }
        if config.searches.count > 32 {
            let text = "must not have more than 32 search paths"
            errors.append(.invalid(path.child("searches"), ValueRules.json(config.searches), text))
        }
        if config.searches.joined(separator: " ").utf8.count > 2048 {
            let text = "must not have more than 2048 characters (including spaces) in the search list"
            errors.append(.invalid(path.child("searches"), ValueRules.json(config.searches), text))
        }
        for (index, search) in config.searches.enumerated() where search != "." {
            let text = search.hasSuffix(".") ? String(search.dropLast()) : search
            errors += NameRules.dns1123SubdomainWithUnderscore(text).map {
                .invalid(path.child("searches").index(index), text, $0)
            }
        }
        for (index, option) in config.options.enumerated() where option.name.isEmpty {
            errors.append(.required(path.child("options").index(index), "must not be empty"))
        }
        return errors
    }

    /// A pod with users of its own cannot share what it has with the host.
    private static func hostUsers(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        guard spec.hostUsers == false else { return [] }
        let shared = [("hostNetwork", spec.hostNetwork), ("hostPID", spec.hostPID), ("hostIPC", spec.hostIPC)]
        return shared.filter(\.1).map { .forbidden(path.child($0.0), "when `hostUsers` is false") }
    }

    private static func resourceClaims(_ claims: [PodResourceClaim], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, claim) in claims.enumerated() {
            let at = path.index(index)
            if claim.name.isEmpty {
                errors.append(.required(at.child("name")))
            } else if !names.insert(claim.name).inserted {
                errors.append(.duplicate(at.child("name"), claim.name))
            } else {
                errors += NameRules.dns1123Label(claim.name).map { .invalid(at.child("name"), claim.name, $0) }
            }
            let shown = InternalForm.json(claim, "core/v1.PodResourceClaim")
            switch (claim.resourceClaimName, claim.resourceClaimTemplateName) {
            case (.some, .some):
                let text = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
                errors.append(.invalid(at, shown, text))
            case (nil, nil):
                let text = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
                errors.append(.invalid(at, shown, text))
            default: break
            }
            let references = [
                ("resourceClaimName", claim.resourceClaimName),
                ("resourceClaimTemplateName", claim.resourceClaimTemplateName),
            ]
            for (field, name) in references {
                guard let name else { continue }
                errors += NameRules.dns1123Subdomain(name).map { .invalid(at.child(field), name, $0) }
            }
        }
        return errors
    }

    private static func gates(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, gate) in spec.readinessGates.enumerated() {
            let at = path.child("readinessGates").index(index).child("conditionType")
            errors += LabelRules.qualifiedName(gate.conditionType).map { .invalid(at, gate.conditionType, $0) }
        }
        var names: Set<String> = []
        for (index, gate) in spec.schedulingGates.enumerated() {
            let at = path.child("schedulingGates").index(index)
            errors += LabelRules.qualifiedName(gate.name).map { .invalid(at, gate.name, $0) }
            if !names.insert(gate.name).inserted { errors.append(.duplicate(at, gate.name)) }
        }
        return errors
    }

    private static func names(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let account = path.child("serviceAccountName")
        errors += ValueRules.optionalName(spec.serviceAccountName, account, NameRules.dns1123Subdomain)
        errors += ValueRules.optionalName(spec.nodeName, path.child("nodeName"), NameRules.dns1123Subdomain)
        if let seconds = spec.activeDeadlineSeconds, seconds < 1 || seconds > Int64(Int32.max) {
            errors.append(.invalid(path.child("activeDeadlineSeconds"), seconds, NameRules.range(1, Int(Int32.max))))
        }
        errors += ValueRules.optionalName(spec.hostname, path.child("hostname"), NameRules.dns1123Label)
        errors += ValueRules.optionalName(spec.subdomain, path.child("subdomain"), NameRules.dns1123Label)
        guard let override = spec.hostnameOverride else { return errors }
        let at = path.child("hostnameOverride")
        if spec.setHostnameAsFQDN == true {
            errors.append(.forbidden(at, "may not be specified when setHostnameAsFQDN is true"))
        }
        if spec.hostNetwork { errors.append(.forbidden(at, "may not be specified when hostNetwork is true")) }
        errors += NameRules.dns1123Subdomain(override).map { .invalid(at, override, $0) }
        if override.utf8.count > 64 { errors.append(.tooLong(at, limit: 64)) }
        return errors
    }

    private static func hostAliases(_ aliases: [HostAlias], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, alias) in aliases.enumerated() {
            errors += ValueRules.ipAddress(alias.ip, path.index(index).child("ip"))
            for (number, name) in alias.hostnames.enumerated() {
                let at = path.index(index).child("hostnames").index(number)
                errors += NameRules.dns1123Subdomain(name).map { .invalid(at, name, $0) }
            }
        }
        return errors
    }

    private static func classes(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        errors += ValueRules.optionalName(
            spec.priorityClassName, path.child("priorityClassName"), NameRules.dns1123Subdomain)
        if let name = spec.runtimeClassName {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("runtimeClassName"), name, $0) }
        }
        if let policy = spec.preemptionPolicy {
            errors += ValueRules.known(policy, ["PreemptLowerPriority", "Never"], path.child("preemptionPolicy"))
        }
        if !spec.overhead.isEmpty {
            errors += ResourceRules.container(
                ResourceRequirements { $0.limits = spec.overhead }, path.child("overhead"))
        }
        return errors
    }

    /// The template of a workload: its labels, annotations and spec.
    static func template(_ template: PodTemplateSpec, _ path: FieldPath) -> [FieldError] {
        var errors = LabelRules.labels(template.metadata.labels, at: path.child("labels"))
        errors += LabelRules.annotations(template.metadata.annotations, at: path.child("annotations"))
        errors += PodAnnotationRules.validate(template.metadata.annotations, template.spec, path.child("annotations"))
        errors += validate(template.spec, path.child("spec"))
        errors += PodAnnotationRules.profiles(template.metadata.annotations, template.spec, path.child("spec"))
        if !template.spec.ephemeralContainers.isEmpty {
            let at = path.child("spec", "ephemeralContainers")
            errors.append(.forbidden(at, "ephemeral containers not allowed in pod template"))
        }
        return errors
    }
}
