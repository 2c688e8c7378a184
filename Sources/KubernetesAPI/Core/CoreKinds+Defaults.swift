// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension Pod: Defaulted {
    public mutating func applyDefaults() {
        spec.applyDefaults()
        spec.applyPodDefaults()
        if status.phase.isEmpty { status.phase = PodPhase.pending }
        status.agreeOnAddresses()
    }
}

extension PodStatus {
    /// `podIP` is the first of `podIPs`; where both are given and differ, the single one counts.
    mutating func agreeOnAddresses() {
        if !podIP.isEmpty, podIPs.first?.ip != podIP { podIPs = [PodIP { $0.ip = podIP }] }
        podIP = podIPs.first?.ip ?? ""
    }
}

extension PodTemplate: Defaulted {
    public mutating func applyDefaults() { template.spec.applyDefaults() }
}

extension ReplicationController: Defaulted {
    public mutating func applyDefaults() {
        let labels = spec.template?.metadata.labels ?? [:]
        if !labels.isEmpty {
            if spec.selector.isEmpty { spec.selector = labels }
            if metadata.labels.isEmpty { metadata.labels = labels }
        }
        spec.replicas.orDefault(1)
        spec.template?.spec.applyDefaults()
    }
}

extension Service: Defaulted {
    public mutating func applyDefaults() {
        spec.sessionAffinity.orDefault(ServiceAffinity.none)
        if spec.sessionAffinity == ServiceAffinity.none { spec.sessionAffinityConfig = nil }
        if spec.sessionAffinity == ServiceAffinity.clientIP {
            var config = spec.sessionAffinityConfig ?? SessionAffinityConfig()
            config.clientIP.orDefault(ClientIPConfig())
            config.clientIP?.timeoutSeconds.orDefault(10_800)
            spec.sessionAffinityConfig = config
        }
        spec.type.orDefault(ServiceType.clusterIP)
        for index in spec.ports.indices {
            spec.ports[index].protocol.orDefault(TransportProtocol.tcp)
            let target = spec.ports[index].targetPort
            if target == .int(0) || target == .string("") {
                spec.ports[index].targetPort = .int(spec.ports[index].port)
            }
        }
        let isReachedFromOutside =
            spec.type == ServiceType.nodePort || spec.type == ServiceType.loadBalancer
            || spec.type == ServiceType.clusterIP && !spec.externalIPs.isEmpty
        if isReachedFromOutside { spec.externalTrafficPolicy.orDefault("Cluster") }
        if spec.type != ServiceType.externalName { spec.internalTrafficPolicy.orDefault("Cluster") }
        if spec.type == ServiceType.loadBalancer {
            spec.allocateLoadBalancerNodePorts.orDefault(true)
            for index in status.loadBalancer.ingress.indices where !status.loadBalancer.ingress[index].ip.isEmpty {
                status.loadBalancer.ingress[index].ipMode.orDefault("VIP")
            }
        }
    }
}

extension Secret: Defaulted {
    public mutating func applyDefaults() { type.orDefault(SecretType.opaque) }
}

extension Namespace: Defaulted {
    public mutating func applyDefaults() {
        if status.phase.isEmpty { status.phase = NamespacePhase.active }
        if !metadata.name.isEmpty { metadata.labels["kubernetes.io/metadata.name"] = metadata.name }
    }
}

extension Node: Defaulted {
    public mutating func applyDefaults() {
        // `podCIDR` is the first of `podCIDRs`; where both are given and differ, the single one counts
        if !spec.podCIDR.isEmpty, spec.podCIDRs.first != spec.podCIDR { spec.podCIDRs = [spec.podCIDR] }
        spec.podCIDR = spec.podCIDRs.first ?? ""
        status.capacity.roundUpToMilli()
        status.allocatable.roundUpToMilli()
        if status.allocatable.isEmpty, !status.capacity.isEmpty { status.allocatable = status.capacity }
    }
}

extension Endpoints: Defaulted {
    public mutating func applyDefaults() {
        for subset in subsets.indices {
            for port in subsets[subset].ports.indices {
                subsets[subset].ports[port].protocol.orDefault(TransportProtocol.tcp)
            }
        }
    }
}

extension LimitRange: Defaulted {
    public mutating func applyDefaults() {
        for index in spec.limits.indices where spec.limits[index].type == LimitType.container {
            var item = spec.limits[index]
            for (name, value) in item.max where item.default[name] == nil { item.default[name] = value }
            for (name, value) in item.default where item.defaultRequest[name] == nil {
                item.defaultRequest[name] = value
            }
            for (name, value) in item.min where item.defaultRequest[name] == nil { item.defaultRequest[name] = value }
            spec.limits[index] = item
        }
    }
}

extension PersistentVolume: Defaulted {
    public mutating func applyDefaults() {
        if status.phase.isEmpty { status.phase = PersistentVolumePhase.pending }
        spec.persistentVolumeReclaimPolicy.orDefault(PersistentVolumeReclaimPolicy.retain)
        spec.volumeMode.orDefault(PersistentVolumeMode.filesystem)
        spec.persistentVolumeSource.applyDefaults()
    }
}

extension PersistentVolumeSource {
    mutating func applyDefaults() {
        if hostPath != nil { hostPath?.type.orDefault("") }
        iscsi?.iscsiInterface.orDefault("default")
        rbd?.pool.orDefault("rbd")
        rbd?.user.orDefault("admin")
        rbd?.keyring.orDefault("/etc/ceph/keyring")
        azureDisk?.applyDefaults()
        scaleIO?.storageMode.orDefault("ThinProvisioned")
        scaleIO?.fsType.orDefault("xfs")
    }
}

extension PersistentVolumeClaim: Defaulted {
    public mutating func applyDefaults() {
        if status.phase.isEmpty { status.phase = PersistentVolumeClaimPhase.pending }
        spec.volumeMode.orDefault(PersistentVolumeMode.filesystem)
    }
}
