// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == Job {
    static var jobs: Self {
        Self().separatingStatus().countingGenerations()
    }
}

extension ResourceDefinition where Object == CronJob {
    static var cronJobs: Self {
        Self().separatingStatus().countingGenerations()
    }
}
