// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
package import Primitives
import Store
import Wire

/// Gives Services their cluster addresses and node ports.
///
/// Each allocation is a key of its own, written in the transaction of the Service under the condition that it is absent: two
/// servers that choose the same one cannot both succeed, and nothing leaks when a write fails.
package struct ServiceAllocator: Sendable {
    /// The service range.
    package let range: CIDR
    /// `--service-node-port-range`.
    package let nodePorts: ClosedRange<Int32>
    private let store: any Store
    private let names: NameGenerator

    package init(range: CIDR, nodePorts: ClosedRange<Int32>, services: RegistryServices) {
        self.range = range
        self.nodePorts = nodePorts
        store = services.store
        names = services.names
    }

    private static func addressKey(_ address: String) -> StoreKey { StoreKey("/registry/ipaddresses/\(address)") }
    private static func portKey(_ port: Int32) -> StoreKey { StoreKey("/registry/ranges/nodeports/\(port)") }

    /// What a change of a Service allocates and frees; fills the addresses and ports of the new one.
    func allocate(
        _ new: inout Service?, _ old: Service?, _ context: WriteContext
    ) async throws -> ResourceDefinition<Service>.Companions {
        var result = ResourceDefinition<Service>.Companions()
        let before = old.map(addresses) ?? []
        let portsBefore = old.map(ports) ?? []
        if var service = new {
            if ServiceRules.needsClusterIP(service) {
                try await allocateAddresses(&service, before, context, &result)
            }
            try await allocatePorts(&service, portsBefore, isNew: old == nil, &result)
            new = service
        }
        for address in before.subtracting(new.map(addresses) ?? []) {
            result.mutations.append(.delete(Self.addressKey(address)))
        }
        for port in portsBefore.subtracting(new.map(ports) ?? []) {
            result.mutations.append(.delete(Self.portKey(port)))
        }
        return result
    }

    private func addresses(_ service: Service) -> Set<String> {
        guard ServiceRules.needsClusterIP(service) else { return [] }
        return Set(service.spec.clusterIPs.filter { $0 != "None" && !$0.isEmpty })
    }

    private func ports(_ service: Service) -> Set<Int32> {
        var ports = Set(service.spec.ports.map(\.nodePort))
        ports.insert(service.spec.healthCheckNodePort)
        ports.remove(0)
        return ports
    }

    // MARK: - addresses

    private func allocateAddresses(
        _ service: inout Service, _ before: Set<String>, _ context: WriteContext,
        _ result: inout ResourceDefinition<Service>.Companions
    ) async throws {
        guard service.spec.clusterIP != "None" else { return }
        if service.spec.clusterIP.isEmpty {
            let address = try await freeAddress()
            service.spec.clusterIP = address
            service.spec.clusterIPs = [address]
        }
        for address in service.spec.clusterIPs where !before.contains(address) {
            try await check(address, service)
            result.conditions.append(.absent(Self.addressKey(address)))
            result.mutations.append(
                .put(Self.addressKey(address), try record(address, service, context), timeToLive: nil))
        }
    }

    private func check(_ address: String, _ service: Service) async throws {
        try refuse(address, service)
        if try await store.get(Self.addressKey(address)) != nil {
            throw Self.addressFault(address, service, "provided IP is already allocated")
        }
    }

    /// An address that nobody has now; the low part of the range is left to those who name their address.
    private func freeAddress() async throws -> String {
        let size = UInt128(1) << UInt128(min(range.family.bitWidth - range.prefixLength, 64))
        guard size > 2 else { throw APIStatusError.internalError("the service range \(range) has no room") }
        let reserved = min(max(16, size / 16), min(256, size / 2))
        for attempt in 0..<64 {
            let low = attempt < 48 ? reserved : 1
            let offset = low + UInt128(names.random()) % (size - 1 - low)
            guard let address = range.address(at: offset)?.description else { continue }
            if try await store.get(Self.addressKey(address)) == nil { return address }
        }
        var offset: UInt128 = 1
        while offset < size - 1, offset < 1 << 20 {
            if let address = range.address(at: offset)?.description,
                try await store.get(Self.addressKey(address)) == nil
            {
                return address
            }
            offset += 1
        }
        throw APIStatusError.internalError("failed to allocate a serviceIP: range is full")
    }

    /// The IPAddress object of an allocation.
    private func record(_ address: String, _ service: Service, _ context: WriteContext) throws -> [UInt8] {
        let object = IPAddress {
            $0.metadata.name = address
            $0.metadata.uid = names.uid()
            $0.metadata.creationTimestamp = context.now
            $0.metadata.labels = [
                "ipaddress.kubernetes.io/ip-family": range.family == .v4 ? "IPv4" : "IPv6",
                "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
            ]
            $0.spec.parentRef = ParentReference {
                $0.resource = "services"
                $0.namespace = service.metadata.namespace
                $0.name = service.metadata.name
            }
        }
        var writer = JSONWriter(resourceVersion: .hole)
        object.encode(json: &writer)
        guard let hole = writer.resourceVersionOffset, let stored = StoredForm.wrap(writer.bytes, hole: hole) else {
            throw APIStatusError.internalError("cannot record the address \(address)")
        }
        return stored
    }

    // MARK: - ports

    private func allocatePorts(
        _ service: inout Service, _ before: Set<Int32>, isNew: Bool,
        _ result: inout ResourceDefinition<Service>.Companions
    ) async throws {
        var claimed: Set<Int32> = []
        let needsPorts = ServiceRules.needsNodePort(service)
        for index in service.spec.ports.indices {
            var port = service.spec.ports[index].nodePort
            if port == 0 {
                guard needsPorts else { continue }
                // one port of several protocols gets one node port, when it is new
                let number = service.spec.ports[index].port
                port = isNew ? service.spec.ports.first { $0.port == number && $0.nodePort != 0 }?.nodePort ?? 0 : 0
            }
            if port == 0 {
                port = try await freePort(besides: ports(service).union(claimed).union(before))
            } else if !before.contains(port), !claimed.contains(port) {
                try await check(port, at: FieldPath("spec", "ports").index(index).child("nodePort"), service)
            }
            service.spec.ports[index].nodePort = port
            claimed.insert(port)
        }
        if ServiceRules.needsHealthCheckPort(service) {
            let port = service.spec.healthCheckNodePort
            if port == 0 {
                service.spec.healthCheckNodePort = try await freePort(besides: claimed.union(before))
            } else if !before.contains(port), let fault = try await self.fault(of: port) {
                throw APIStatusError.internalError(
                    "failed to allocate requested HealthCheck NodePort \(port): \(fault)")
            }
            claimed.insert(service.spec.healthCheckNodePort)
        }
        for port in claimed.subtracting(before).sorted() {
            result.conditions.append(.absent(Self.portKey(port)))
            let owner = "\(service.metadata.namespace)/\(service.metadata.name)"
            result.mutations.append(.put(Self.portKey(port), Array(owner.utf8), timeToLive: nil))
        }
    }

    private func check(_ port: Int32, at path: FieldPath, _ service: Service) async throws {
        guard let fault = try await fault(of: port) else { return }
        throw APIStatusError.invalid(Service.resource, service.metadata.name, [.invalid(path, port, fault)])
    }

    /// Why a port cannot be had; nil where it can.
    private func fault(of port: Int32) async throws -> String? {
        if let fault = rangeFault(of: port) { return fault }
        return try await store.get(Self.portKey(port)) == nil ? nil : Self.portIsTaken
    }

    private func freePort(besides taken: Set<Int32>) async throws -> Int32 {
        let size = UInt64(nodePorts.count)
        let start = names.random() % size
        for step in 0..<size {
            let port = nodePorts.lowerBound + Int32(truncatingIfNeeded: (start + step) % size)
            if taken.contains(port) { continue }
            if try await store.get(Self.portKey(port)) == nil { return port }
        }
        throw APIStatusError.internalError("failed to allocate a nodePort: range is full")
    }
}
