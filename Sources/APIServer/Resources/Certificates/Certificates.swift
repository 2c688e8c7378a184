// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == CertificateSigningRequest {
    /// The specification never changes; who asked is set by the server; conditions are written by approval, the certificate by
    /// the signer.
    static var certificateSigningRequests: Self {
        Self().separatingStatus().with {
            $0.validateName = ObjectMetaRules.pathSegmentName
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (object, context) throws(APIStatusError) in
                try create(&object, context)
                object.spec.username = context.user.name
                object.spec.uid = context.user.uid
                object.spec.groups = context.user.groups
                object.spec.extra = context.user.extra
            }
            $0.faces[""] = .init(prepare: { (new, old, _) throws(APIStatusError) in
                new.spec = old.spec
                new.status = old.status
            })
            $0.faces["status"] = .init(prepare: { (new, old, _) throws(APIStatusError) in
                let status = new.status
                let metadata = new.metadata
                new = old
                new.metadata = metadata
                new.status = status
                // approval and denial have a face of their own
                new.status.conditions =
                    old.status.conditions.filter { Self.isDecision($0.type) }
                    + status.conditions.filter { !Self.isDecision($0.type) }
            })
            $0.faces["approval"] = .init(prepare: { (new, old, context) throws(APIStatusError) in
                var conditions = new.status.conditions
                for index in conditions.indices {
                    if conditions[index].lastUpdateTime.isZero { conditions[index].lastUpdateTime = context.now }
                    if conditions[index].lastTransitionTime.isZero {
                        conditions[index].lastTransitionTime = context.now
                    }
                }
                let metadata = new.metadata
                new = old
                new.metadata = metadata
                new.status.conditions = conditions
            })
        }
    }

    private static func isDecision(_ type: String) -> Bool { type == "Approved" || type == "Denied" }
}
