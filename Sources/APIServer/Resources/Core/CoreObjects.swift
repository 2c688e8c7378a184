// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == ConfigMap {
    static var configMaps: Self { Self() }
}

extension ResourceDefinition where Object == Secret {
    static var secrets: Self {
        Self().with {
            $0.prepareForCreate = { (secret, _) throws(APIStatusError) in secret.mergeStringData() }
            $0.faces[""] = Face(prepare: { (new, _, _) throws(APIStatusError) in new.mergeStringData() })
        }
    }
}

extension Secret {
    /// `stringData` is a way to write `data`, and is never stored.
    mutating func mergeStringData() {
        for (key, value) in stringData { data[key] = Array(value.utf8) }
        stringData = [:]
    }
}

extension ResourceDefinition where Object == ServiceAccount {
    static var serviceAccounts: Self {
        Self().with {
            $0.returnsDeletedObject = true
            $0.prepareForCreate = { (account, _) throws(APIStatusError) in account.nameSecrets() }
            $0.faces[""] = Face(prepare: { (new, _, _) throws(APIStatusError) in new.nameSecrets() })
        }
    }
}

extension ServiceAccount {
    /// Of a reference to a secret nothing but the name is kept.
    fileprivate mutating func nameSecrets() {
        secrets = secrets.map { secret in ObjectReference { $0.name = secret.name } }
    }
}

extension ResourceDefinition where Object == Endpoints {
    static var endpoints: Self { Self(prefix: "services/endpoints").with { $0.createsOnUpdate = true } }
}

extension ResourceDefinition where Object == LimitRange {
    /// A range without a name gets one.
    static func limitRanges(_ names: NameGenerator) -> Self {
        Self().with {
            $0.createsOnUpdate = true
            $0.prepareForCreate = { (range, _) throws(APIStatusError) in
                if range.metadata.name.isEmpty { range.metadata.name = names.uid() }
            }
        }
    }
}

extension ResourceDefinition where Object == ResourceQuota {
    static var resourceQuotas: Self { Self().separatingStatus().with { $0.returnsDeletedObject = true } }
}

extension ResourceDefinition where Object == PodTemplate {
    static var podTemplates: Self {
        Self().countingGenerations { $0.template != $1.template }.with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == ReplicationController {
    static var replicationControllers: Self {
        Self(prefix: "controllers").separatingStatus().countingGenerations().scalable()
    }
}

extension ResourceDefinition where Object == Event {
    /// - Parameter timeToLive: `--event-ttl`.
    static func events(timeToLive: Duration) -> Self {
        Self().with {
            $0.validateName = ObjectMetaRules.pathSegmentName
            $0.createsOnUpdate = true
            $0.timeToLive = timeToLive
        }
    }
}

extension ResourceDefinition where Object == Node {
    /// A kubelet creates its node with the status that it knows. What configured kubelets once is not kept any more.
    static var nodes: Self {
        Self(prefix: "minions").separatingStatus().with {
            $0.prepareForCreate = { (node, _) in
                node.spec.configSource = nil
                node.status.config = nil
            }
            let update = $0.faces[""] ?? Face()
            $0.faces[""]?.prepare = { (new, old, context) throws(APIStatusError) in
                try update.prepare(&new, old, context)
                if old.spec.configSource == nil { new.spec.configSource = nil }
            }
            let status = $0.faces["status"] ?? Face()
            $0.faces["status"]?.prepare = { (new, old, context) throws(APIStatusError) in
                try status.prepare(&new, old, context)
                if old.status.config == nil { new.status.config = nil }
            }
        }
    }
}

extension ResourceDefinition where Object == Namespace {
    /// A namespace lives until its content is gone: `spec.finalizers` hold it, and only the `finalize` face changes them.
    static var namespaces: Self {
        Self().separatingStatus().with {
            $0.validateName = ObjectMetaRules.labelName
            $0.returnsDeletedObject = true
            $0.holdsDeletion = { !$0.spec.finalizers.isEmpty }
            $0.prepareForDelete = {
                $0.status.phase = NamespacePhase.terminating
                $0.metadata.deletionGracePeriodSeconds = nil
            }
            $0.prepareForCreate = { (namespace, _) throws(APIStatusError) in
                namespace.status = NamespaceStatus()
                namespace.status.phase = NamespacePhase.active
                if !namespace.spec.finalizers.contains(FinalizerName.kubernetes) {
                    namespace.spec.finalizers.append(FinalizerName.kubernetes)
                }
                if !namespace.metadata.name.isEmpty {
                    namespace.metadata.labels["kubernetes.io/metadata.name"] = namespace.metadata.name
                }
            }
            $0.faces[""] = Face(prepare: { (new, old, _) throws(APIStatusError) in
                new.spec.finalizers = old.spec.finalizers
                new.status = old.status
                new.metadata.labels["kubernetes.io/metadata.name"] = new.metadata.name
            })
            $0.faces[""]?.fields = .dropping(["status"])
            $0.faces["finalize"] = Face(
                prepare: { (new, old, _) throws(APIStatusError) in new.status = old.status },
                validate: { $0.validateFinalize(from: $1) })
            $0.faces["finalize"]?.fields = .dropping(["status"])
        }
    }
}
