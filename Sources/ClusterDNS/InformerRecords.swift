// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Primitives

/// The objects of the zone, straight from the stores of informers: nothing is copied.
struct InformerRecords: ClusterRecords {
    private static let clusterIPIndex = "dns/cluster-ip"
    private static let serviceIndex = "dns/service"
    private static let addressIndex = "dns/address"
    private static let headlessLabel = "service.kubernetes.io/headless"

    let services: Informer<Service>
    let slices: Informer<EndpointSlice>
    let namespaces: Informer<Namespace>

    init(_ informers: InformerFactory) {
        services = informers.informer(
            of: Service.self,
            indexes: [
                InformerIndex(Self.clusterIPIndex) { service in
                    let texts = service.spec.clusterIPs.isEmpty ? [service.spec.clusterIP] : service.spec.clusterIPs
                    return texts.compactMap { NetworkAddress($0)?.description }
                }
            ])
        slices = informers.informer(
            of: EndpointSlice.self,
            indexes: [
                InformerIndex(Self.serviceIndex) { slice in
                    guard let name = slice.metadata.labels[ClusterZone.serviceLabel] else { return [] }
                    return ["\(slice.metadata.namespace)/\(name)"]
                },
                // Only headless Services have names for addresses of endpoints, so others need no room here.
                InformerIndex(Self.addressIndex) { slice in
                    guard slice.metadata.labels[Self.headlessLabel] != nil else { return [] }
                    return slice.endpoints.flatMap(\.addresses).compactMap { NetworkAddress($0)?.description }
                },
            ])
        namespaces = informers.informer(of: Namespace.self)
    }

    /// Waits until all objects are known.
    func waitForSync() async throws {
        try await services.waitForSync()
        try await slices.waitForSync()
        try await namespaces.waitForSync()
    }

    func hasNamespace(_ name: String) -> Bool { namespaces.store.get(name: name) != nil }

    func service(namespace: String, name: String) -> Service? {
        services.store.get(namespace: namespace, name: name)
    }

    func slices(namespace: String, service: String) -> [EndpointSlice] {
        slices.store.list(index: Self.serviceIndex, value: "\(namespace)/\(service)")
    }

    func services(withClusterIP address: NetworkAddress) -> [Service] {
        services.store.list(index: Self.clusterIPIndex, value: address.description)
    }

    func headlessSlices(withAddress address: NetworkAddress) -> [EndpointSlice] {
        slices.store.list(index: Self.addressIndex, value: address.description)
    }
}
