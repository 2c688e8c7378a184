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
        add(.nodes.warning())
        add(.pods.warning())
        add(.podTemplates.warning())
        add(.services(allocator).warning())
        add(.endpoints)
        add(.configMaps)
        add(.secrets)
        add(.serviceAccounts.warning())
        add(.events(timeToLive: settings.eventTimeToLive))
        add(.groupEvents(timeToLive: settings.eventTimeToLive))
        add(.limitRanges(services.names))
        add(.resourceQuotas)
        add(.persistentVolumes.warning())
        add(.persistentVolumeClaims.warning())
        add(.replicationControllers.warning())
    }

    private mutating func addWorkloads() {
        add(.deployments.warning())
        add(.replicaSets.warning())
        add(.statefulSets.warning())
        add(.daemonSets.warning())
        add(.controllerRevisions)
        add(.jobs.warning())
        add(.cronJobs.warning())
        add(.horizontalPodAutoscalers)
        add(.horizontalPodAutoscalersV1)
        add(.podDisruptionBudgets)
    }

    private mutating func addCluster() {
        add(.networkPolicies)
        add(.ingresses.warning())
        add(.ingressClasses)
        add(.ipAddresses)
        add(.serviceCIDRs)
        add(.endpointSlices)
        add(.roles)
        add(.clusterRoles)
        add(.roleBindings)
        add(.clusterRoleBindings)
        add(.storageClasses.warning())
        add(.volumeAttachments)
        add(.csiDrivers)
        add(.csiNodes)
        add(.csiStorageCapacities.warning())
        add(.volumeAttributesClasses)
        add(.priorityClasses)
        add(.leases)
        add(.runtimeClasses.warning())
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
