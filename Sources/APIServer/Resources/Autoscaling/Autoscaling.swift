// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == HorizontalPodAutoscaler {
    static var horizontalPodAutoscalers: Self { Self().separatingStatus() }
}
