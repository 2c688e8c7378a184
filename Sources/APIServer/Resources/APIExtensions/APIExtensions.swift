// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == CustomResourceDefinition {
    static var customResourceDefinitions: Self {
        Self(prefix: "apiextensions.k8s.io/customresourcedefinitions")
            .separatingStatus().countingGenerations()
    }
}

extension ResourceDefinition where Object == APIService {
    static var apiServices: Self {
        Self(prefix: "apiregistration.k8s.io/apiservices").separatingStatus().keepingMetadata()
    }
}
