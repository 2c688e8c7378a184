// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

extension KubernetesObject {
    /// The owner that controls the object, if any.
    var controllerReference: OwnerReference? { metadata.ownerReferences.first { $0.controller == true } }

    /// Whether the object is on its way out.
    var isTerminating: Bool { metadata.deletionTimestamp != nil }

    /// A reference that makes `self` the controller of another object.
    func asController() -> OwnerReference {
        OwnerReference {
            $0.apiVersion = Self.apiVersion
            $0.kind = Self.kind
            $0.name = metadata.name
            $0.uid = metadata.uid
            $0.controller = true
            $0.blockOwnerDeletion = true
        }
    }
}

/// Which of the objects around belong to an owner, and which should come to it or leave it.
///
/// - SeeAlso: `PodControllerRefManager` of Kubernetes' `pkg/controller`.
struct OwnershipPlan<Object: KubernetesObject> {
    /// Belong to the owner already, or will after adoption.
    var owned: [Object] = []
    /// Match the selector and have no controller: to be given to the owner.
    var adopted: [Object] = []
    /// Are controlled by the owner but no longer match: to be let go.
    var released: [Object] = []

    init(owner: some KubernetesObject, candidates: [Object], matches: (Object) -> Bool) {
        for object in candidates {
            if let reference = object.controllerReference {
                guard reference.uid == owner.metadata.uid else { continue }
                if matches(object) {
                    owned.append(object)
                } else if !owner.isTerminating {
                    released.append(object)
                }
            } else if matches(object), !owner.isTerminating, !object.isTerminating {
                adopted.append(object)
            }
        }
    }
}

extension InformerStore {
    /// The objects that an owner controls, and those that have the labels its selector asks for. The informer needs the indexes
    /// `controllerUID` and `label`, so that others are not looked at.
    func candidates(of owner: some KubernetesObject, _ selector: LabelSelector?) -> [Object] {
        let owned = list(index: InformerIndex<Object>.controllerUID.name, value: owner.metadata.uid)
        let labels = selector?.matchLabels ?? [:]
        let namespace = owner.metadata.namespace
        let fitting = labels.isEmpty ? list(namespace: namespace) : list(namespace: namespace, labels: labels)
        let uids = Set(owned.map(\.metadata.uid))
        return owned + fitting.filter { !uids.contains($0.metadata.uid) }
    }
}

extension KubernetesClient {
    /// Makes `owner` the controller of an object, if the object is still the one that was seen.
    func adopt<T: RESTObject>(_ object: T, by owner: some KubernetesObject) async throws(ClientError) -> T {
        var changed = object
        changed.metadata.ownerReferences.append(owner.asController())
        return try await update(changed)
    }

    /// Takes the reference to an owner off an object, if the object is still the one that was seen.
    func release<T: RESTObject>(_ object: T, from owner: some KubernetesObject) async throws(ClientError) {
        var changed = object
        changed.metadata.ownerReferences.removeAll { $0.uid == owner.metadata.uid }
        _ = try await update(changed)
    }
}
