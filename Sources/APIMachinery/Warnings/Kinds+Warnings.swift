// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PersistentVolumeClaimSpec {
    func warnings(_ path: FieldPath) -> [String] {
        WarningRules.fraction(resources.requests, ["storage"], path.child("resources", "requests"))
            + WarningRules.fraction(resources.limits, ["storage"], path.child("resources", "limits"))
    }
}

extension PersistentVolumeClaim: Warned {
    public func warnings(replacing _: PersistentVolumeClaim?) -> [String] { spec.warnings(FieldPath("spec")) }
}

extension PersistentVolume: Warned {
    private static let oldAnnotations = [
        (
            "volume.beta.kubernetes.io/storage-class",
            "deprecated since v1.8; use \"storageClassName\" attribute instead"
        ),
        ("volume.beta.kubernetes.io/mount-options", "deprecated since v1.31; use \"mountOptions\" attribute instead"),
    ]

    public func warnings(replacing _: PersistentVolume?) -> [String] {
        let annotations = FieldPath("metadata", "annotations")
        var texts = Self.oldAnnotations.filter { metadata.annotations[$0.0] != nil }.map {
            "\(annotations.key($0.0)): \($0.1)"
        }
        if spec.persistentVolumeReclaimPolicy == PersistentVolumeReclaimPolicy.recycle {
            texts.append(
                "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended "
                    + "approach is to use dynamic provisioning.")
        }
        let terms = FieldPath("spec", "nodeAffinity", "required", "nodeSelectorTerms")
        for (index, term) in (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).enumerated() {
            texts += WarningRules.nodeTerm(term, terms.index(index))
        }
        let source = spec.persistentVolumeSource
        let old: [(isUsed: Bool, text: String)] = [
            (source.cephfs != nil, "cephfs: deprecated in v1.28, non-functional in v1.31+"),
            (source.photonPersistentDisk != nil, "photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+"),
            (source.rbd != nil, "rbd: deprecated in v1.28, non-functional in v1.31+"),
            (source.scaleIO != nil, "scaleIO: deprecated in v1.16, non-functional in v1.22+"),
            (source.storageos != nil, "storageOS: deprecated in v1.22, non-functional in v1.25+"),
            (source.glusterfs != nil, "glusterfs: deprecated in v1.25, non-functional in v1.26+"),
            (source.quobyte != nil, "quobyte: deprecated in v1.22, non-functional in v1.25+"),
            (source.flocker != nil, "flocker: deprecated in v1.22, non-functional in v1.25+"),
        ]
        texts += old.filter(\.isUsed).map { "spec." + $0.text }
        return texts + WarningRules.fraction(spec.capacity, ["storage"], FieldPath("spec", "capacity"))
    }
}

extension StorageClass: Warned {
    public func warnings(replacing _: StorageClass?) -> [String] {
        allowedTopologies.enumerated().flatMap { index, topology in
            topology.matchLabelExpressions.enumerated().compactMap { number, expression in
                let at = FieldPath("allowedTopologies").index(index).child("matchLabelExpressions").index(number)
                return WarningRules.nodeLabel(expression.key).map { "\(at.child("key")): \($0)" }
            }
        }
    }
}

extension CSIStorageCapacity: Warned {
    public func warnings(replacing _: CSIStorageCapacity?) -> [String] {
        let at = FieldPath("nodeTopology")
        let expressions = (nodeTopology?.matchExpressions ?? []).enumerated().compactMap { index, expression in
            WarningRules.nodeLabel(expression.key).map {
                "\(at.child("matchExpressions").index(index).child("key")): \(expression.key) is \($0)"
            }
        }
        return expressions
            + (nodeTopology?.matchLabels ?? [:]).keys.sorted().compactMap { key in
                WarningRules.nodeLabel(key).map { "\(at.child("matchLabels").child(key)): \($0)" }
            }
    }
}

extension RuntimeClass: Warned {
    public func warnings(replacing _: RuntimeClass?) -> [String] {
        (scheduling?.nodeSelector ?? [:]).keys.sorted().compactMap { key in
            WarningRules.nodeLabel(key).map { "\(FieldPath("scheduling", "nodeSelector")): \($0)" }
        }
    }
}

extension Service: Warned {
    public func warnings(replacing _: Service?) -> [String] {
        var texts: [String] = []
        let hints = "service.kubernetes.io/topology-aware-hints"
        if metadata.annotations[hints] != nil {
            texts.append("annotation \(hints) is deprecated, please use service.kubernetes.io/topology-mode instead")
        }
        let path = FieldPath("spec")
        let hasNoAddress = spec.type == ServiceType.clusterIP && spec.clusterIP == "None"
        if spec.type != ServiceType.externalName, !hasNoAddress { texts += addresses(spec.clusterIPs, "clusterIPs") }
        if hasNoAddress {
            if !spec.loadBalancerIP.isEmpty { texts.append("spec.loadBalancerIP is ignored for headless services") }
            if !spec.externalIPs.isEmpty { texts.append("spec.externalIPs is ignored for headless services") }
            if spec.sessionAffinity != ServiceAffinity.none {
                texts.append("spec.SessionAffinity is ignored for headless services")
            }
        }
        texts += addresses(spec.externalIPs, "externalIPs")
        if !spec.externalIPs.isEmpty, !hasNoAddress, spec.type != ServiceType.externalName {
            texts.append("spec.externalIPs is deprecated and may no longer be implemented in some clusters")
        }
        texts += WarningRules.address(spec.loadBalancerIP, path.child("loadBalancerIP"))
        if spec.type == ServiceType.externalName, !spec.externalIPs.isEmpty {
            texts.append("spec.externalIPs is ignored when spec.type is \"ExternalName\"")
        }
        if spec.type != ServiceType.externalName, !spec.externalName.isEmpty {
            texts.append("spec.externalName is ignored when spec.type is not \"ExternalName\"")
        }
        if spec.trafficDistribution == "PreferClose" {
            texts.append("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"")
        }
        return texts
    }

    private func addresses(_ list: [String], _ field: String) -> [String] {
        list.enumerated().flatMap { WarningRules.address($1, FieldPath("spec", field).index($0)) }
    }
}

extension Ingress: Warned {
    public func warnings(replacing old: Ingress?) -> [String] {
        guard old == nil, metadata.annotations["kubernetes.io/ingress.class"] != nil else { return [] }
        return [
            "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"
        ]
    }
}

extension ServiceAccount: Warned {
    public func warnings(replacing old: ServiceAccount?) -> [String] {
        let key = "kubernetes.io/enforce-mountable-secrets"
        guard let value = metadata.annotations[key], old?.metadata.annotations[key] != value else { return [] }
        return [
            "metadata.annotations[\(key)]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets"
        ]
    }
}

extension Node: Warned {
    public func warnings(replacing _: Node?) -> [String] {
        var texts: [String] = []
        if spec.configSource != nil {
            texts.append(
                "spec.configSource: deprecated in v1.22, support removal is planned in v1.23")
        }
        if !spec.externalID.isEmpty {
            texts.append("spec.externalID: this field is deprecated, and is unused by Kubernetes")
        }
        return texts
    }
}
