// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The spec of a pod, alone and in templates.
enum PodSpecRules {
    static func validate(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        let containers = ContainerRules(spec)
        var errors = VolumeRules.validate(spec.volumes, path.child("volumes"))
        if let resources = spec.resources { errors += ResourceRules.pod(resources, of: spec, path.child("resources")) }
        errors += containers.containers(path.child("containers"))
        errors += containers.initContainers(path.child("initContainers"))
        errors += restartPolicy(spec.restartPolicy, path.child("restartPolicy"))
        errors += dns(spec, path)
        errors += LabelRules.labels(spec.nodeSelector, at: path.child("nodeSelector"))
        errors += host(spec, path)
        for (index, reference) in spec.imagePullSecrets.enumerated() where reference.name.isEmpty {
            errors.append(.required(path.child("imagePullSecrets").index(index).child("name")))
        }
        if let affinity = spec.affinity { errors += SchedulingRules.affinity(affinity, path.child("affinity")) }
        errors += dnsConfig(spec, path.child("dnsConfig"))
        errors += gates(spec, path)
        errors += SchedulingRules.spread(spec.topologySpreadConstraints, path.child("topologySpreadConstraints"))
        errors += windowsHostProcess(spec, path)
        errors += names(spec, path)
        if let seconds = spec.activeDeadlineSeconds, seconds < 1 || seconds > Int64(Int32.max) {
            errors.append(.invalid(path.child("activeDeadlineSeconds"), seconds, NameRules.range(1, Int(Int32.max))))
        }
        errors += SchedulingRules.tolerations(spec.tolerations, path.child("tolerations"))
        errors += hostAliases(spec.hostAliases, path.child("hostAliases"))
        errors += classes(spec, path)
        return errors
    }

    static let restartPolicies = ["Always", "OnFailure", "Never"]

    private static func restartPolicy(_ policy: String, _ path: FieldPath) -> [FieldError] {
        policy.isEmpty ? [.required(path)] : ValueRules.oneOf(policy, restartPolicies, path)
    }

    private static func dns(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        let known = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]
        if spec.dnsPolicy.isEmpty { return [.required(path.child("dnsPolicy"))] }
        return ValueRules.oneOf(spec.dnsPolicy, known, path.child("dnsPolicy"))
    }

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
        for (index, search) in config.searches.enumerated() where search != "." {
            let text = search.hasSuffix(".") ? String(search.dropLast()) : search
            errors += NameRules.dns1123SubdomainWithUnderscore(text).map {
                .invalid(path.child("searches").index(index), search, $0)
            }
        }
        for (index, option) in config.options.enumerated() where option.name.isEmpty {
            errors.append(.required(path.child("options").index(index), "must not be empty"))
        }
        return errors
    }

    private static func host(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.hostUsers == false {
            for (name, isSet) in [
                ("hostNetwork", spec.hostNetwork), ("hostPID", spec.hostPID), ("hostIPC", spec.hostIPC),
            ] where isSet {
                errors.append(.forbidden(path.child(name), "when `hostUsers` is false"))
            }
        }
        if let context = spec.securityContext {
            errors += SecurityContextRules.pod(context, of: spec, path.child("securityContext"))
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

    private static func windowsHostProcess(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        let isWhole = spec.securityContext?.windowsOptions?.hostProcess == true
        let isPart = (spec.containers + spec.initContainers).contains {
            $0.securityContext?.windowsOptions?.hostProcess == true
        }
        guard isWhole || isPart, !spec.hostNetwork else { return [] }
        let text = "hostNetwork must be true if pod contains any hostProcess containers"
        return [.invalid(path.child("hostNetwork"), false, text)]
    }

    private static func names(_ spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let account = path.child("serviceAccountName")
        errors += ValueRules.optionalName(spec.serviceAccountName, account, NameRules.dns1123Subdomain)
        errors += ValueRules.optionalName(spec.nodeName, path.child("nodeName"), NameRules.dns1123Subdomain)
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
        let preemption = ["Never", "PreemptLowerPriority"]
        errors += ValueRules.oneOf(spec.preemptionPolicy, preemption, path.child("preemptionPolicy"))
        for (name, amount) in spec.overhead {
            errors += ResourceRules.quantity(amount, of: name, path.child("overhead").key(name))
        }
        if let os = spec.os {
            if os.name.isEmpty {
                errors.append(.required(path.child("os", "name"), "cannot be empty"))
            } else {
                errors += ValueRules.oneOf(os.name, ["linux", "windows"], path.child("os"))
            }
        }
        return errors
    }

    /// The template of a workload: its labels, annotations and spec.
    static func template(_ template: PodTemplateSpec, _ path: FieldPath) -> [FieldError] {
        var errors = LabelRules.labels(template.metadata.labels, at: path.child("labels"))
        errors += LabelRules.annotations(template.metadata.annotations, at: path.child("annotations"))
        errors += validate(template.spec, path.child("spec"))
        if !template.spec.ephemeralContainers.isEmpty {
            let at = path.child("spec", "ephemeralContainers")
            errors.append(.forbidden(at, "ephemeral containers not allowed in pod template"))
        }
        return errors
    }
}
