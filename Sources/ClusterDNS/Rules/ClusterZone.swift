// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Primitives

/// The names of a cluster: services, their endpoints and pods.
///
/// Follows the specification "Kubernetes DNS-Based Service Discovery", version 1.1.0.
package struct ClusterZone: Sendable {
    /// What the zone has to say to a question.
    package enum Outcome: Equatable, Sendable {
        /// The zone is not responsible: others are to be asked.
        case foreign
        case answer(DNSAnswer)
        /// The name is another one of a name outside of the zone, whose addresses complete the answer.
        case alias(DNSRecord, of: DNSName)
    }

    /// What a name of the zone has.
    enum Lookup {
        case missing
        /// There is such a name; it may have no record of the type.
        case records([DNSRecord], additional: [DNSRecord] = [])
        case alias(DNSName)
        case foreign
    }

    static let version = "1.1.0"

    let configuration: ClusterZoneConfiguration
    let origin: DNSName
    let source: any ClusterRecords

    /// - Returns: `nil` when the domain is no domain name.
    package init?(_ configuration: ClusterZoneConfiguration, source: any ClusterRecords) {
        guard let origin = DNSName(configuration.domain) else { return nil }
        self.configuration = configuration
        self.origin = origin
        self.source = source
    }

    /// What the zone has to say to a question.
    package func resolve(_ name: DNSName, _ type: DNSType) -> Outcome {
        let lookup: Lookup
        if let labels = name.labels(below: origin) {
            lookup = find(labels.map { String(decoding: $0, as: UTF8.self) }, name)
        } else if let address = ReverseName.address(name) {
            lookup = reverse(address, name)
        } else {
            return .foreign
        }
        switch lookup {
        case .foreign:
            return .foreign
        case .missing:
            return .answer(negative(.nameError))
        case .alias(let target):
            return alias(name, target, type)
        case .records(let records, let additional):
            let wanted = records.filter { type == .any || $0.type == type }
            guard !wanted.isEmpty else { return .answer(negative(.noError)) }
            var answer = DNSAnswer(answers: wanted)
            if wanted.contains(where: { $0.type == .srv }) { answer.additional = additional }
            return .answer(answer)
        }
    }

    /// A record of the zone.
    func record(_ name: DNSName, _ value: DNSRecord.Value) -> DNSRecord {
        DNSRecord(name, timeToLive: configuration.timeToLive, value)
    }

    // MARK: - The tree

    /// - Parameter labels: those before the zone's own.
    private func find(_ labels: [String], _ name: DNSName) -> Lookup {
        switch labels.last {
        case nil: return .records(apex)
        case "dns-version" where labels.count == 1: return .records([record(name, .text(Self.version))])
        case "svc": return findService(Array(labels.dropLast()), name)
        case "pod": return findPod(Array(labels.dropLast()), name)
        default: return .missing
        }
    }

    private func findPod(_ labels: [String], _ name: DNSName) -> Lookup {
        guard let namespace = labels.last else { return .records([]) }
        guard source.hasNamespace(namespace), labels.count <= 2 else { return .missing }
        guard labels.count == 2 else { return .records([]) }
        let text = labels[0]
        let address =
            NetworkAddress(text.replacingDashes(by: ".")) ?? NetworkAddress(text.replacingDashes(by: ":"))
        guard let address else { return .missing }
        return .records([record(name, .address(address))])
    }

    private func reverse(_ address: NetworkAddress, _ name: DNSName) -> Lookup {
        var targets: [DNSName] = []
        for service in source.services(withClusterIP: address) {
            if let target = serviceName(service.metadata.namespace, service.metadata.name) { targets.append(target) }
        }
        for slice in source.headlessSlices(withAddress: address) {
            targets += endpointNames(slice, address)
        }
        if targets.isEmpty {
            return configuration.ownBlocks.contains { $0.contains(address) } ? .missing : .foreign
        }
        return .records(Set(targets).sorted { "\($0)" < "\($1)" }.map { record(name, .pointer($0)) })
    }

    private func alias(_ name: DNSName, _ target: DNSName, _ type: DNSType) -> Outcome {
        let link = record(name, .canonicalName(target))
        guard type == .a || type == .aaaa else {
            let isWanted = type == .cname || type == .any
            return .answer(isWanted ? DNSAnswer(answers: [link]) : negative(.noError))
        }
        // An alias of an alias ends here: a chain of them could be a circle.
        switch target.labels(below: origin) == nil ? .foreign : resolve(target, type, afterAlias: true) {
        case .answer(var answer):
            answer.answers.insert(link, at: 0)
            return .answer(answer)
        case .foreign, .alias:
            return .alias(link, of: target)
        }
    }

    private func resolve(_ name: DNSName, _ type: DNSType, afterAlias: Bool) -> Outcome {
        guard let labels = name.labels(below: origin),
            case .records(let records, _) = find(labels.map { String(decoding: $0, as: UTF8.self) }, name)
        else { return .answer(negative(.nameError)) }
        let wanted = records.filter { $0.type == type }
        return .answer(wanted.isEmpty ? negative(.noError) : DNSAnswer(answers: wanted))
    }

    // MARK: - The zone itself

    private var server: DNSName { origin.prefixed(by: "ns", "dns") ?? origin }

    private var authority: DNSRecord {
        record(
            origin,
            .authority(
                server: server, mailbox: origin.prefixed(by: "hostmaster") ?? origin, serial: 1,
                minimum: configuration.timeToLive))
    }

    private var apex: [DNSRecord] { [authority, record(origin, .nameServer(server))] }

    private func negative(_ code: DNSResponseCode) -> DNSAnswer {
        var answer = DNSAnswer(code)
        answer.authority = [authority]
        return answer
    }
}

extension String {
    fileprivate func replacingDashes(by other: Character) -> String { String(map { $0 == "-" ? other : $0 }) }
}
