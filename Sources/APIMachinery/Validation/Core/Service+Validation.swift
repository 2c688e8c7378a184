// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Service: Validated {
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.labelName }

    private static let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

    private var isExternallyAccessible: Bool {
        spec.type == "LoadBalancer" || spec.type == "NodePort" || spec.type == "ClusterIP" && !spec.externalIPs.isEmpty
    }

    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if spec.ports.isEmpty, spec.clusterIP != "None", spec.type != "ExternalName" {
            errors.append(.required(path.child("ports")))
        }
        errors += typeFaults(path)
        errors += ports(path.child("ports"))
        errors += LabelRules.labels(spec.selector, at: path.child("selector"))
        errors += affinity(path)
        errors += clusterIPs(path)
        errors += families(path)
        errors += externalIPs(path.child("externalIPs"))
        errors += ValueRules.oneOf(spec.type, Self.types, path.child("type"))
        errors += loadBalancer(path)
        errors += traffic(path)
        return errors
    }

    private func typeFaults(_ path: FieldPath) -> [FieldError] {
        switch spec.type {
        case "LoadBalancer", "NodePort":
            guard spec.clusterIP == "None" else { return [] }
            return [
                .invalid(
                    path.child("clusterIPs").index(0), "None", "may not be set to 'None' for \(spec.type) services")
            ]
        case "ExternalName":
            var errors: [FieldError] = []
            if !spec.clusterIPs.isEmpty || !spec.clusterIP.isEmpty {
                errors.append(.forbidden(path.child("clusterIPs"), "may not be set for ExternalName services"))
            }
            let name = spec.externalName.hasSuffix(".") ? String(spec.externalName.dropLast()) : spec.externalName
            let at = path.child("externalName")
            if name.isEmpty {
                errors.append(.required(at))
            } else {
                errors += NameRules.dns1123Subdomain(name).map { .invalid(at, spec.externalName, $0) }
            }
            return errors
        default: return []
        }
    }

    private func ports(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        var (pairs, nodePorts): (Set<String>, Set<String>) = ([], [])
        for (index, port) in spec.ports.enumerated() {
            let at = path.index(index)
            errors += portFaults(port, needsName: spec.ports.count > 1, &names, at)
            if port.nodePort != 0 {
                if spec.type != "NodePort", spec.type != "LoadBalancer" {
                    errors.append(.forbidden(at.child("nodePort"), "may not be used when `type` is '\(spec.type)'"))
                } else if !nodePorts.insert("\(port.nodePort)/\(port.protocol)").inserted {
                    errors.append(.duplicate(at.child("nodePort"), .int(port.nodePort)))
                }
            }
            if !pairs.insert("\(port.port)/\(port.protocol)").inserted {
                let shown: JSONValue = [
                    "Name": "", "Protocol": .string(port.protocol), "AppProtocol": .null, "Port": .int(port.port),
                    "TargetPort": 0,
                    "NodePort": 0,
                ]
                errors.append(.duplicate(at, shown))
            }
        }
        return errors
    }

    private func portFaults(
        _ port: ServicePort, needsName: Bool, _ names: inout Set<String>, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let name = path.child("name")
        if port.name.isEmpty {
            if needsName { errors.append(.required(name)) }
        } else {
            errors += NameRules.dns1123Label(port.name).map { .invalid(name, port.name, $0) }
            if !names.insert(port.name).inserted { errors.append(.duplicate(name, port.name)) }
        }
        errors += NameRules.portNumber(Int(port.port)).map { .invalid(path.child("port"), port.port, $0) }
        if port.protocol.isEmpty {
            errors.append(.required(path.child("protocol")))
        } else {
            errors += ValueRules.oneOf(port.protocol, ["SCTP", "TCP", "UDP"], path.child("protocol"))
        }
        errors += ValueRules.port(port.targetPort, path.child("targetPort"))
        if let text = port.appProtocol {
            errors += LabelRules.qualifiedName(text).map { .invalid(path.child("appProtocol"), text, $0) }
        }
        return errors
    }

    private func affinity(_ path: FieldPath) -> [FieldError] {
        if spec.sessionAffinity.isEmpty { return [.required(path.child("sessionAffinity"))] }
        var errors = ValueRules.oneOf(spec.sessionAffinity, ["ClientIP", "None"], path.child("sessionAffinity"))
        let config = path.child("sessionAffinityConfig")
        switch (spec.sessionAffinity, spec.sessionAffinityConfig) {
        case ("ClientIP", let given):
            guard let seconds = given?.clientIP?.timeoutSeconds else {
                return errors + [.required(config, "when session affinity type is ClientIP")]
            }
            if seconds <= 0 || seconds > 86_400 {
                let at = config.child("clientIP", "timeoutSeconds")
                errors.append(.invalid(at, seconds, "must be greater than 0 and less than 86400"))
            }
        case ("None", .some):
            errors.append(.forbidden(config, "must not be set when session affinity is None"))
        default: break
        }
        return errors
    }

    private func externalIPs(_ path: FieldPath) -> [FieldError] {
        spec.externalIPs.enumerated().flatMap { index, text -> [FieldError] in
            let errors = ValueRules.ipAddress(text, path.index(index))
            return errors.isEmpty ? AddressRules.external(text, path.index(index)) : errors
        }
    }

    private func loadBalancer(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let isBalancer = spec.type == "LoadBalancer"
        if !isBalancer, spec.allocateLoadBalancerNodePorts != nil {
            errors.append(
                .forbidden(
                    path.child("allocateLoadBalancerNodePorts"), "may only be used when `type` is 'LoadBalancer'"))
        }
        let annotation = "service.beta.kubernetes.io/load-balancer-source-ranges"
        let ranges = path.child("loadBalancerSourceRanges")
        if !spec.loadBalancerSourceRanges.isEmpty {
            if !isBalancer { errors.append(.forbidden(ranges, "may only be used when `type` is 'LoadBalancer'")) }
            for (index, text) in spec.loadBalancerSourceRanges.enumerated() {
                errors += ValueRules.cidr(text, ranges.index(index))
            }
        } else if let text = metadata.annotations[annotation] {
            let at = FieldPath("metadata", "annotations").key(annotation)
            if !isBalancer { errors.append(.forbidden(at, "may only be used when `type` is 'LoadBalancer'")) }
            for part in text.split(separator: ",") { errors += ValueRules.cidr(String(part.filter { $0 != " " }), at) }
        }
        if let name = spec.loadBalancerClass {
            let at = path.child("loadBalancerClass")
            if !isBalancer { errors.append(.forbidden(at, "may only be used when `type` is 'LoadBalancer'")) }
            errors += LabelRules.qualifiedName(name).map { .invalid(at, name, $0) }
        }
        return errors
    }

    private func traffic(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let policy = spec.internalTrafficPolicy {
            errors += ValueRules.oneOf(policy, ["Cluster", "Local"], path.child("internalTrafficPolicy"))
        } else if spec.type != "ExternalName" {
            errors.append(.required(path.child("internalTrafficPolicy")))
        }
        let external = path.child("externalTrafficPolicy")
        if !spec.externalTrafficPolicy.isEmpty, !isExternallyAccessible {
            let text = "may only be set for externally-accessible services"
            errors.append(.invalid(external, spec.externalTrafficPolicy, text))
        } else if spec.type == "NodePort" || spec.type == "LoadBalancer" {
            errors += ValueRules.oneOf(spec.externalTrafficPolicy, ["Cluster", "Local"], external)
        }
        let needsCheck = spec.type == "LoadBalancer" && spec.externalTrafficPolicy == "Local"
        if !needsCheck, spec.healthCheckNodePort != 0 {
            let text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
            errors.append(.invalid(path.child("healthCheckNodePort"), spec.healthCheckNodePort, text))
        }
        let known = ["PreferClose", "PreferSameZone", "PreferSameNode"]
        errors += ValueRules.oneOf(spec.trafficDistribution, known, path.child("trafficDistribution"))
        return errors
    }

    public func validateChange(from old: Service) -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if old.spec.type != "ExternalName", spec.type != "ExternalName", let before = old.spec.clusterIPs.first,
            let after = spec.clusterIPs.first, before != after
        {
            let at = path.child("clusterIPs").index(0)
            errors.append(.invalid(at, ValueRules.json(spec.clusterIPs), "may not change once set"))
        }
        if spec.type == "LoadBalancer", old.spec.type == "LoadBalancer",
            spec.loadBalancerClass != old.spec.loadBalancerClass
        {
            let value = spec.loadBalancerClass.map { JSONValue.string($0) } ?? .null
            errors.append(.invalid(path.child("loadBalancerClass"), value, "may not change once set"))
        } else if spec.type == "LoadBalancer", old.spec.type != "LoadBalancer", let name = old.spec.loadBalancerClass {
            errors.append(.invalid(path.child("loadBalancerClass"), name, "may not change once set"))
        }
        return errors
    }

    public func validateStatus(from _: Service) -> [FieldError] {
        let path = FieldPath("status", "loadBalancer", "ingress")
        let ingress = status.loadBalancer.ingress
        if !ingress.isEmpty, spec.type != "LoadBalancer" {
            return [.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
        }
        return ingress.enumerated().flatMap { index, point -> [FieldError] in
            let at = path.index(index)
            var errors = point.ip.isEmpty ? [] : ValueRules.ipAddress(point.ip, at.child("ip"))
            if point.ip.isEmpty, point.ipMode != nil {
                errors.append(.forbidden(at.child("ipMode"), "may not be specified when `ip` is not set"))
            }
            errors += ValueRules.oneOf(point.ipMode, ["Proxy", "VIP"], at.child("ipMode"))
            if !point.hostname.isEmpty {
                errors += NameRules.dns1123Subdomain(point.hostname).map {
                    .invalid(at.child("hostname"), point.hostname, $0)
                }
            }
            return errors
        }
    }
}
