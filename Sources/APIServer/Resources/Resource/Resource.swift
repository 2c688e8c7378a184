// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == DeviceClass {
    static var deviceClasses: Self {
        Self().countingGenerations().with { $0.returnsDeletedObject = true }
    }
}

extension ResourceDefinition where Object == ResourceClaim {
    /// - Parameter namespaces: say whether their claims may ask for devices with the rights of an administrator.
    static func resourceClaims(_ namespaces: ResourceCache) -> Self {
        Self().separatingStatus().keepingMetadata().with {
            $0.returnsDeletedObject = true
            $0.companions = { (claim, old, context) in
                guard let claim, old == nil else { return Companions() }
                try await AdminAccess(namespaces).check(
                    claim, claim.spec.devices, FieldPath("spec", "devices"), context)
                return Companions()
            }
        }
    }
}

extension ResourceDefinition where Object == ResourceClaimTemplate {
    /// - Parameter namespaces: say whether their claims may ask for devices with the rights of an administrator.
    static func resourceClaimTemplates(_ namespaces: ResourceCache) -> Self {
        Self().with {
            $0.returnsDeletedObject = true
            $0.companions = { (template, old, context) in
                guard let template, old == nil else { return Companions() }
                try await AdminAccess(namespaces).check(
                    template, template.spec.spec.devices, FieldPath("spec", "spec", "devices"), context)
                return Companions()
            }
        }
    }
}

/// Devices with the rights of an administrator: only in namespaces that say so.
private struct AdminAccess {
    private static let label = "resource.kubernetes.io/admin-access"

    private let namespaces: ResourceCache

    init(_ namespaces: ResourceCache) { self.namespaces = namespaces }

    func check<Object: RESTObject>(
        _ object: Object, _ devices: DeviceClaim, _ path: FieldPath, _ context: WriteContext
    ) async throws {
        let asking = devices.requests.indices.filter { devices.requests[$0].exactly?.adminAccess == true }
        if asking.isEmpty { return }
        let stored = try await namespaces.get(namespace: "", name: context.namespace)
        let namespace = try stored.map { try JSONCoding.decode(Namespace.self, from: $0.bytes) }
        if namespace?.metadata.labels[Self.label] == "true" { return }
        let text = "admin access to devices requires the `\(Self.label): true` label on the containing namespace"
        let faults = asking.map {
            FieldError.forbidden(path.child("requests").index($0).child("adminAccess"), text)
        }
        throw APIStatusError.invalid(Object.resource, object.metadata.name, faults)
    }
}

extension ResourceDefinition where Object == ResourceSlice {
    static var resourceSlices: Self {
        Self().countingGenerations().with { $0.returnsDeletedObject = true }
    }
}
