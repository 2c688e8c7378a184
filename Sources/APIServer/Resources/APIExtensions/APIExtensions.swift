// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == CustomResourceDefinition {
    static var customResourceDefinitions: Self {
        Self(prefix: "apiextensions.k8s.io/customresourcedefinitions")
            .separatingStatus().countingGenerations().with {
                $0.allowsUnconditionalUpdate = false
                let create = $0.prepareForCreate
                $0.prepareForCreate = { (definition, context) throws(APIStatusError) in
                    try create(&definition, context)
                    definition.rememberStorageVersion()
                }
                let update = $0.faces[""] ?? Face()
                $0.faces[""] = Face(prepare: { (new, old, context) throws(APIStatusError) in
                    try update.prepare(&new, old, context)
                    new.rememberStorageVersion()
                })
            }
    }
}

extension CustomResourceDefinition {
    /// Remembers in which version objects are stored from now on, beside those in which some may still be.
    fileprivate mutating func rememberStorageVersion() {
        guard let version = spec.versions.first(where: \.storage)?.name, !status.storedVersions.contains(version) else {
            return
        }
        status.storedVersions.append(version)
    }
}

extension ResourceDefinition where Object == APIService {
    static var apiServices: Self {
        Self(prefix: "apiregistration.k8s.io/apiservices").separatingStatus().keepingMetadata().with {
            $0.allowsUnconditionalUpdate = false
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (service, context) throws(APIStatusError) in
                try create(&service, context)
                // what this server serves itself is there as soon as it is known
                if service.spec.service == nil { service.status.conditions = [Self.local(context.now)] }
            }
        }
    }

    private static func local(_ now: Time) -> APIServiceCondition {
        APIServiceCondition {
            $0.type = "Available"
            $0.status = ConditionStatus.true
            $0.lastTransitionTime = now
            $0.reason = "Local"
            $0.message = "Local APIServices are always available"
        }
    }
}
