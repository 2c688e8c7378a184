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
        var errors = topologyFaults()
        if spec.ports.isEmpty, !isHeadless, spec.type != "ExternalName" {
            errors.append(.required(path.child("ports")))
        }
        errors += typeFaults(path)
        var names: Set<String> = []
        for (index, port) in spec.ports.enumerated() {
            let at = path.child("ports").index(index)
            errors += portFaults(port, needsName: spec.ports.count > 1, &names, at)
        }
        errors += LabelRules.labels(spec.selector, at: path.child("selector"))
        errors += affinity(path)
        errors += addressFaults()
        errors += externalIPs(path.child("externalIPs"))
        errors += ValueRules.known(spec.type, Self.types, path.child("type"))
        errors += duplicates(path.child("ports"))
        errors += sourceRanges(path)
        errors += loadBalancer(path)
        return errors + traffic(path)
    }

    private static let topologyHints = "service.kubernetes.io/topology-aware-hints"
    private static let topologyMode = "service.kubernetes.io/topology-mode"

    /// Two names of one annotation must say the same.
    private func topologyFaults() -> [FieldError] {
        guard let hints = metadata.annotations[Self.topologyHints], let mode = metadata.annotations[Self.topologyMode],
            hints != mode
        else { return [] }
        let text = "must match annotations[\(Self.topologyHints)] when both are specified"
        return [.invalid(FieldPath("metadata", "annotations").key(Self.topologyMode), mode, text)]
    }

    private func typeFaults(_ path: FieldPath) -> [FieldError] {
        switch spec.type {
        case "LoadBalancer", "NodePort":
            guard isHeadless else { return [] }
            let at = path.child("clusterIPs").index(0)
            return [.invalid(at, "None", "may not be set to 'None' for \(spec.type) services")]
        case "ExternalName":
            let text = "may not be set for ExternalName services"
            var errors: [FieldError] = []
            if !spec.clusterIPs.isEmpty { errors.append(.forbidden(path.child("clusterIPs"), text)) }
            if !spec.ipFamilies.isEmpty { errors.append(.forbidden(path.child("ipFamilies"), text)) }
            if spec.ipFamilyPolicy != nil { errors.append(.forbidden(path.child("ipFamilyPolicy"), text)) }
            let name = spec.externalName.hasSuffix(".") ? String(spec.externalName.dropLast()) : spec.externalName
            return errors + ValueRules.name(name, path.child("externalName"), NameRules.dns1123Subdomain)
        default: return []
        }
    }

    /// Node ports that the type does not have, and ports that are there twice.
    private func duplicates(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let used = spec.ports.enumerated().filter { $1.nodePort != 0 }
        if spec.type == "ClusterIP" {
            errors += used.map {
                .forbidden(path.index($0.offset).child("nodePort"), "may not be used when `type` is 'ClusterIP'")
            }
        }
        var seen: Set<String> = []
        for (index, port) in used where !seen.insert("\(port.nodePort)/\(port.protocol)").inserted {
            errors.append(.duplicate(path.index(index).child("nodePort"), .int(port.nodePort)))
        }
        seen = []
        for (index, port) in spec.ports.enumerated() where !seen.insert("\(port.port)/\(port.protocol)").inserted {
            let shown: JSONValue = [
                "Name": "", "Protocol": .string(port.protocol), "AppProtocol": .null, "Port": .int(port.port),
                "TargetPort": 0, "NodePort": 0,
            ]
            errors.append(.duplicate(path.index(index), shown))
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
        errors += ValueRules.known(port.protocol, ["SCTP", "TCP", "UDP"], path.child("protocol"))
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

    private static let sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"
    private static let onlyForBalancers = "may only be used when `type` is 'LoadBalancer'"

    private func sourceRanges(_ path: FieldPath) -> [FieldError] {
        let isBalancer = spec.type == "LoadBalancer"
        var errors: [FieldError] = []
        if !spec.loadBalancerSourceRanges.isEmpty {
            let ranges = path.child("LoadBalancerSourceRanges")
            if !isBalancer { errors.append(.forbidden(ranges, Self.onlyForBalancers)) }
            for (index, text) in spec.loadBalancerSourceRanges.enumerated() {
                errors += ValueRules.cidr(Self.trim(text), ranges.index(index))
            }
        } else if let text = metadata.annotations[Self.sourceRangesAnnotation] {
            let at = FieldPath("metadata", "annotations").key(Self.sourceRangesAnnotation)
            if !isBalancer { errors.append(.forbidden(at, Self.onlyForBalancers)) }
            guard !Self.trim(text).isEmpty else { return errors }
            for part in Self.trim(text).split(separator: ",", omittingEmptySubsequences: false) {
                errors += ValueRules.cidr(Self.trim(String(part)), at)
            }
        }
        return errors
    }

    private static func trim(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }

    private func loadBalancer(_ path: FieldPath) -> [FieldError] {
        let isBalancer = spec.type == "LoadBalancer"
        var errors: [FieldError] = []
        if !isBalancer, spec.allocateLoadBalancerNodePorts != nil {
            errors.append(.forbidden(path.child("allocateLoadBalancerNodePorts"), Self.onlyForBalancers))
        }
        if let name = spec.loadBalancerClass {
            let at = path.child("loadBalancerClass")
            errors +=
                isBalancer
                ? LabelRules.qualifiedName(name).map { .invalid(at, name, $0) }
                : [.forbidden(at, Self.onlyForBalancers)]
        }
        return errors
    }

    private func traffic(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let external = path.child("externalTrafficPolicy")
        if isExternallyAccessible {
            errors += ValueRules.known(spec.externalTrafficPolicy, ["Cluster", "Local"], external)
        } else if !spec.externalTrafficPolicy.isEmpty {
            let text = "may only be set for externally-accessible services"
            errors.append(.invalid(external, spec.externalTrafficPolicy, text))
        }
        // whether a port that is needed can be had is seen where ports are allocated
        let needsCheck = spec.type == "LoadBalancer" && spec.externalTrafficPolicy == "Local"
        if !needsCheck, spec.healthCheckNodePort != 0 {
            let text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
            errors.append(.invalid(path.child("healthCheckNodePort"), spec.healthCheckNodePort, text))
        }
        let local = path.child("internalTrafficPolicy")
        if let policy = spec.internalTrafficPolicy {
            errors += ValueRules.oneOf(policy, ["Cluster", "Local"], local)
        } else if spec.type == "ClusterIP" || spec.type == "NodePort" || spec.type == "LoadBalancer" {
            errors.append(.required(local))
        }
        let known = ["PreferClose", "PreferSameZone", "PreferSameNode"]
        return errors + ValueRules.oneOf(spec.trafficDistribution, known, path.child("trafficDistribution"))
    }

    public func validateUpdate(from old: Service) -> [FieldError] {
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        errors += addressChange(from: old) + familyChange(from: old)
        let isBalancer = spec.type == "LoadBalancer" && old.spec.type == "LoadBalancer"
        if isBalancer, spec.loadBalancerClass != old.spec.loadBalancerClass {
            let value = spec.loadBalancerClass.map { JSONValue.string($0) } ?? .null
            errors.append(.invalid(FieldPath("spec", "loadBalancerClass"), value, "may not change once set"))
        }
        // upstream looks at the class once more with the whole service
        errors += loadBalancer(FieldPath("spec")).filter { $0.field == "spec.loadBalancerClass" }
        if isBalancer, spec.externalTrafficPolicy == "Local", old.spec.externalTrafficPolicy == "Local",
            spec.healthCheckNodePort != old.spec.healthCheckNodePort
        {
            errors.append(.forbidden(FieldPath("spec", "healthCheckNodePort"), ObjectMetaRules.immutableText))
        }
        return errors + validateAsNew()
    }

    public func validateStatus(from old: Service) -> [FieldError] {
        let path = FieldPath("status", "loadBalancer", "ingress")
        let errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        let ingress = status.loadBalancer.ingress
        if !ingress.isEmpty, spec.type != "LoadBalancer" {
            return errors + [.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
        }
        return errors + ingress.enumerated().flatMap { Self.ingressFaults($1, path.index($0)) }
    }

    private static func ingressFaults(_ point: LoadBalancerIngress, _ path: FieldPath) -> [FieldError] {
        var errors = point.ip.isEmpty ? [] : ValueRules.ipAddress(point.ip, path.child("ip"))
        let mode = path.child("ipMode")
        switch point.ipMode {
        case nil:
            if !point.ip.isEmpty { errors.append(.required(mode, "must be specified when `ip` is set")) }
        case .some where point.ip.isEmpty:
            errors.append(.forbidden(mode, "may not be specified when `ip` is not set"))
        case let given?: errors += ValueRules.oneOf(given, ["Proxy", "VIP"], mode)
        }
        guard !point.hostname.isEmpty else { return errors }
        let name = path.child("hostname")
        errors += NameRules.dns1123Subdomain(point.hostname).map { .invalid(name, point.hostname, $0) }
        if !NetworkAddressRules.isName(point.hostname) {
            errors.append(.invalid(name, point.hostname, "must be a DNS name, not an IP address"))
        }
        return errors
    }
}
