// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == EndpointSlice {
    static var endpointSlices: Self {
        Self().countingGenerations {
            $0.endpoints != $1.endpoints || $0.ports != $1.ports || $0.addressType != $1.addressType
                || $0.metadata.labels != $1.metadata.labels
        }.with {
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (slice, context) throws(APIStatusError) in
                slice.dropOldTopology()
                try create(&slice, context)
            }
            let update = $0.faces[""] ?? Face()
            $0.faces[""]?.prepare = { (new, old, context) throws(APIStatusError) in
                try update.prepare(&new, old, context)
                if new.endpoints != old.endpoints { new.dropOldTopology() }
            }
        }
    }
}

extension EndpointSlice {
    /// The labels that v1beta1 had here are not written any more.
    fileprivate mutating func dropOldTopology() {
        for index in endpoints.indices { endpoints[index].deprecatedTopology = [:] }
    }
}
