// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension RegistryBuilder {
    /// Adds every resource that the server stores.
    mutating func addAll(_ settings: RegistrySettings, _ allocator: ServiceAllocator) {
        addCore(settings, allocator)
        addWorkloads()
        addCluster()
        addExtensions()
    }

    private mutating func addCore(_ settings: RegistrySettings, _ allocator: ServiceAllocator) {
        add(.namespaces)
        add(.nodes)
        add(.pods)
        add(.podTemplates)
        add(.services(allocator))
        add(.endpoints)
        add(.configMaps)
        add(.secrets)
        add(.serviceAccounts)
        add(.events(timeToLive: settings.eventTimeToLive))
        add(.groupEvents(timeToLive: settings.eventTimeToLive))
        add(.limitRanges)
        add(.resourceQuotas)
        add(.persistentVolumes)
        add(.persistentVolumeClaims)
        add(.replicationControllers)
    }

    private mutating func addWorkloads() {
        add(.deployments)
        add(.replicaSets)
        add(.statefulSets)
        add(.daemonSets)
        add(.controllerRevisions)
        add(.jobs)
        add(.cronJobs)
        add(.horizontalPodAutoscalers)
        add(.horizontalPodAutoscalersV1)
        add(.podDisruptionBudgets)
    }

    private mutating func addCluster() {
        add(.networkPolicies)
        add(.ingresses)
        add(.ingressClasses)
        add(.ipAddresses)
        add(.serviceCIDRs)
        add(.endpointSlices)
        add(.roles)
        add(.clusterRoles)
        add(.roleBindings)
        add(.clusterRoleBindings)
        add(.storageClasses)
        add(.volumeAttachments)
        add(.csiDrivers)
        add(.csiNodes)
        add(.csiStorageCapacities)
        add(.volumeAttributesClasses)
        add(.priorityClasses)
        add(.leases)
        add(.runtimeClasses)
    }

    private mutating func addExtensions() {
        add(.certificateSigningRequests)
        add(.validatingWebhookConfigurations)
        add(.mutatingWebhookConfigurations)
        add(.validatingAdmissionPolicies)
        add(.validatingAdmissionPolicyBindings)
        add(.mutatingAdmissionPolicies)
        add(.mutatingAdmissionPolicyBindings)
        add(.customResourceDefinitions)
        add(.apiServices)
        add(.deviceClasses)
        add(.resourceClaims(namespaces))
        add(.resourceClaimTemplates(namespaces))
        add(.resourceSlices)
        add(.flowSchemas)
        add(.priorityLevelConfigurations)
    }
}

/// What the user can set of the registry.
package struct RegistrySettings: Sendable {
    /// `--event-ttl`.
    package var eventTimeToLive = Duration.seconds(3600)
    package init() {}
}
