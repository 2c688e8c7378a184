// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives
import Wire

@testable import ClusterDNS

/// A small cluster in memory, and messages to ask it with.
struct MemoryRecords: ClusterRecords {
    var namespaces: Set<String> = ["shop", "default"]
    var services: [Service] = []
    var slices: [EndpointSlice] = []

    func hasNamespace(_ name: String) -> Bool { namespaces.contains(name) }

    func service(namespace: String, name: String) -> Service? {
        services.first { $0.metadata.namespace == namespace && $0.metadata.name == name }
    }

    func slices(namespace: String, service: String) -> [EndpointSlice] {
        slices.filter { $0.metadata.namespace == namespace && $0.metadata.labels[ClusterZone.serviceLabel] == service }
    }

    func services(withClusterIP address: NetworkAddress) -> [Service] {
        services.filter { $0.spec.clusterIPs.contains(address.description) }
    }

    func headlessSlices(withAddress address: NetworkAddress) -> [EndpointSlice] {
        slices.filter { $0.endpoints.contains { $0.addresses.contains(address.description) } }
    }
}

enum DNSFixtures {
    static func service(
        _ name: String, _ clusterIPs: [String], ports: [(String, String, Int32)] = [("http", "TCP", 80)],
        _ change: (inout ServiceSpec) -> Void = { _ in }
    ) -> Service {
        Service {
            $0.metadata.namespace = "shop"
            $0.metadata.name = name
            $0.spec.type = "ClusterIP"
            $0.spec.clusterIP = clusterIPs.first ?? ""
            $0.spec.clusterIPs = clusterIPs
            $0.spec.ports = ports.map { port in
                ServicePort {
                    $0.name = port.0
                    $0.`protocol` = port.1
                    $0.port = port.2
                }
            }
            change(&$0.spec)
        }
    }

    /// - Parameter endpoints: address, hostname or nothing, whether it is ready.
    static func slice(of service: String, _ endpoints: [(String, String?, Bool)]) -> EndpointSlice {
        EndpointSlice {
            $0.metadata.namespace = "shop"
            $0.metadata.name = "\(service)-abc"
            $0.metadata.labels = [ClusterZone.serviceLabel: service, "service.kubernetes.io/headless": ""]
            $0.addressType = "IPv4"
            $0.ports = [
                DiscoveryEndpointPort {
                    $0.name = "sql"
                    $0.`protocol` = "TCP"
                    $0.port = 5432
                }
            ]
            $0.endpoints = endpoints.map { endpoint in
                Endpoint {
                    $0.addresses = [endpoint.0]
                    $0.hostname = endpoint.1
                    $0.conditions.ready = endpoint.2
                }
            }
        }
    }

    /// Services of every kind in the namespace `shop`.
    static var records: MemoryRecords {
        MemoryRecords(
            services: [
                service("web", ["10.96.1.1"], ports: [("http", "TCP", 80), ("", "UDP", 99)]),
                service("dual", ["10.96.1.2", "fd00:96::2"]),
                service("db", ["None"]), service("idle", ["None"]),
                service("early", ["None"]) {
                    $0.publishNotReadyAddresses = true
                },
                service("docs", []) {
                    $0.type = "ExternalName"
                    $0.externalName = "docs.example.org."
                },
                service("twin", []) {
                    $0.type = "ExternalName"
                    $0.externalName = "web.shop.svc.cluster.local"
                },
                service("loop", []) {
                    $0.type = "ExternalName"
                    $0.externalName = "loop.shop.svc.cluster.local"
                },
                service("broken", []) {
                    $0.type = "ExternalName"
                    $0.externalName = "..."
                },
            ],
            slices: [
                slice(
                    of: "db", [("10.244.1.5", "db-0", true), ("10.244.2.6", nil, true), ("10.244.2.7", "db-2", false)]),
                slice(of: "idle", [("10.244.2.8", "idle-0", false)]),
                slice(of: "early", [("10.244.2.9", "early-0", false)]),
            ])
    }

    struct BadFixture: Error {}

    static func zone(_ records: MemoryRecords = records) throws -> ClusterZone {
        let blocks = [CIDR("10.96.0.0/12"), CIDR("10.244.0.0/16")].compactMap { $0 }
        guard let zone = ClusterZone(ClusterZoneConfiguration(ownBlocks: blocks), source: records) else {
            throw BadFixture()
        }
        return zone
    }

    /// The bytes of a query.
    ///
    /// - Parameter payloadSize: of EDNS; `nil` without.
    static func query(_ name: String, _ type: DNSType, id: UInt16 = 7, payloadSize: UInt16? = nil) -> [UInt8] {
        var writer = DNSWriter()
        writer.append(id)
        writer.append(UInt16(0x100))
        writer.append(UInt16(1))
        writer.append(UInt32(0))
        writer.append(UInt16(payloadSize == nil ? 0 : 1))
        for label in name.split(separator: ".") {
            writer.append(UInt8(truncatingIfNeeded: label.utf8.count))
            writer.append(raw: label.utf8)
        }
        writer.append(UInt8(0))
        writer.append(type.rawValue)
        writer.append(UInt16(1))
        if let payloadSize {
            writer.append(UInt8(0))
            writer.append(DNSType.opt.rawValue)
            writer.append(payloadSize)
            writer.append(UInt32(0))
            writer.append(UInt16(0))
        }
        return writer.bytes
    }

    static func parsed(_ bytes: [UInt8]) throws -> DNSQuery {
        guard case .query(let query) = DNSQuery.read(bytes) else { throw BadFixture() }
        return query
    }

    /// Another server's answer to a query: these records, encoded.
    static func response(_ query: DNSQuery, id: UInt16, _ answer: DNSAnswer) -> [UInt8] {
        var query = query
        query.identifier = id
        return answer.encode(to: query, limit: 65535)
    }

    static func text(_ record: DNSRecord) -> String {
        switch record.value {
        case .address(let address): "\(record.name) \(address)"
        case .canonicalName(let name): "\(record.name) is \(name)"
        case .nameServer(let name): "\(record.name) by \(name)"
        case .pointer(let name): "\(record.name) points to \(name)"
        case .text(let text): "\(record.name) \"\(text)\""
        case .service(let priority, let weight, let port, let target):
            "\(record.name) \(priority) \(weight) \(port) \(target)"
        case .authority(let server, _, _, let minimum): "\(record.name) soa \(server) \(minimum)"
        }
    }
}
