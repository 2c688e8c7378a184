// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What the status of a pod says of users and devices of its containers.
enum ContainerStatusRules {
    static func validate(_ status: PodStatus, of spec: PodSpec, _ path: FieldPath) -> [FieldError] {
        let lists = [
            ("containerStatuses", status.containerStatuses), ("initContainerStatuses", status.initContainerStatuses),
            ("ephemeralContainerStatuses", status.ephemeralContainerStatuses),
        ]
        var errors: [FieldError] = []
        for (name, statuses) in lists {
            for (index, status) in statuses.enumerated() {
                guard let user = status.user?.linux else { continue }
                let at = path.child(name).index(index).child("user", "linux")
                errors += self.user(user, os: spec.os?.name ?? "linux", at)
            }
        }
        errors += devices(status.containerStatuses, of: spec.containers, path.child("containerStatuses"))
        errors += devices(status.initContainerStatuses, of: spec.initContainers, path.child("initContainerStatuses"))
        let ephemeral = path.child("ephemeralContainerStatuses")
        for (index, status) in status.ephemeralContainerStatuses.enumerated()
        where !status.allocatedResourcesStatus.isEmpty {
            let at = ephemeral.index(index).child("allocatedResourcesStatus")
            errors.append(.forbidden(at, "must not be specified in container status"))
        }
        return errors
    }

    private static func user(_ user: LinuxContainerUser, os: String, _ path: FieldPath) -> [FieldError] {
        if os == "windows" { return [.forbidden(path, "cannot be set for a windows pod")] }
        guard os == "linux" else { return [] }
        var errors = ValueRules.userID(user.uid, path.child("uid")) + ValueRules.userID(user.gid, path.child("gid"))
        for (index, group) in user.supplementalGroups.enumerated() {
            errors += ValueRules.userID(group, path.child("supplementalGroups").index(index))
        }
        return errors
    }

    private static let health = ["Healthy", "Unhealthy", "Unknown"]

    /// Devices are those that the container asks for, each named once.
    private static func devices(
        _ statuses: [ContainerStatus], of containers: [Container], _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, status) in statuses.enumerated() {
            for (number, resource) in status.allocatedResourcesStatus.enumerated() {
                let at = path.index(index).child("allocatedResourcesStatus").index(number)
                if let container = containers.first(where: { $0.name == status.name }),
                    let text = fault(resource.name, container.resources)
                {
                    errors.append(.invalid(at.child("name"), resource.name, text))
                }
                var seen: Set<String> = []
                for (position, part) in resource.resources.enumerated() {
                    let item = at.child("resources").index(position)
                    errors += ValueRules.oneOf(part.health, health, item.child("health"))
                    if !seen.insert(part.resourceID).inserted {
                        errors.append(.duplicate(item.child("resourceID"), part.resourceID))
                    }
                }
            }
        }
        return errors
    }

    private static func fault(_ name: String, _ resources: ResourceRequirements) -> String? {
        guard name.hasPrefix("claim:") else {
            return resources.requests[name] == nil ? "must match one of the container's resource requests" : nil
        }
        let isClaim = resources.claims.contains { claim in
            name == "claim:" + claim.name + (claim.request.isEmpty ? "" : "/" + claim.request)
        }
        return isClaim
            ? nil
            : "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
    }

    /// The claim that was made for resources that devices stand for.
    static func extendedClaim(
        _ status: PodExtendedResourceClaimStatus, of spec: PodSpec, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let list = path.child("requestMappings")
        if status.requestMappings.isEmpty {
            errors.append(.required(list, "at least one request mapping is required"))
        }
        let containers = spec.initContainers + spec.containers
        var seen: Set<[String]> = []
        for (index, mapping) in status.requestMappings.enumerated() {
            let at = list.index(index)
            if let container = containers.last(where: { $0.name == mapping.containerName }) {
                if container.resources.requests[mapping.resourceName] == nil {
                    let text =
                        "must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests"
                    errors.append(.invalid(at.child("resourceName"), mapping.resourceName, text))
                }
            } else {
                let text = "must match the name of an entry in spec.initContainers.name or spec.containers.name"
                errors.append(.invalid(at.child("containerName"), mapping.containerName, text))
            }
            // upstream leaves the index out
            errors += NameRules.dns1123Label(mapping.requestName).map {
                .invalid(path.child("requestName"), mapping.requestName, $0)
            }
            let parts = [
                ("containerName", mapping.containerName), ("resourceName", mapping.resourceName),
                ("requestName", mapping.requestName),
            ]
            if !seen.insert(parts.map(\.1)).inserted {
                errors += parts.map { .duplicate(at.child($0.0), $0.1) }
            }
        }
        return errors
            + ValueRules.name(status.resourceClaimName, path.child("resourceClaimName"), NameRules.dns1123Subdomain)
    }
}
