// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

extension PodWarnings {
    /// What all kinds of containers have that is warned of.
    private struct Item {
        var name: String
        var path: FieldPath
        var hasSeccomp: Bool
        var hasAppArmor: Bool
        var resources: ResourceRequirements
        var env: [EnvVar]
        var ports: [ContainerPort]
    }

    /// All containers: those that run first come first.
    private var items: [Item] {
        let at = path.child("spec")
        func item(_ container: Container, _ path: FieldPath) -> Item {
            Item(
                name: container.name, path: path, hasSeccomp: container.securityContext?.seccompProfile != nil,
                hasAppArmor: container.securityContext?.appArmorProfile != nil, resources: container.resources,
                env: container.env, ports: container.ports)
        }
        var items: [Item] = []
        items.reserveCapacity(spec.initContainers.count + spec.containers.count + spec.ephemeralContainers.count)
        for (index, container) in spec.initContainers.enumerated() {
            items.append(item(container, at.child("initContainers").index(index)))
        }
        for (index, container) in spec.containers.enumerated() {
            items.append(item(container, at.child("containers").index(index)))
        }
        for (index, container) in spec.ephemeralContainers.enumerated() {
            let common = container.ephemeralContainerCommon
            items.append(
                Item(
                    name: common.name, path: at.child("ephemeralContainers").index(index),
                    hasSeccomp: common.securityContext?.seccompProfile != nil,
                    hasAppArmor: common.securityContext?.appArmorProfile != nil, resources: common.resources,
                    env: common.env, ports: common.ports))
        }
        return items
    }

    private static let byteResources = ["memory", "ephemeral-storage"]

    /// What is said of containers, and then of their ports.
    var containersAndPorts: [String] {
        let items = items
        var texts: [String] = []
        for item in items {
            if !annotations.isEmpty { texts += profiles(item) }
            for name in Self.byteResources {
                texts += WarningRules.fraction(item.resources.limits, [name], item.path.child("resources", "limits"))
                texts += WarningRules.fraction(
                    item.resources.requests, [name], item.path.child("resources", "requests"))
            }
            texts += hidden(item)
        }
        return texts + ports(items)
    }

    /// Profiles that are named in annotations.
    private func profiles(_ item: Item) -> [String] {
        func annotation(_ name: String) -> FieldPath { path.child("metadata", "annotations").key(name) }
        var texts: [String] = []
        let seccomp = "container.seccomp.security.alpha.kubernetes.io/" + item.name
        if !item.hasSeccomp, annotations[seccomp] != nil {
            texts.append(Self.useProfile(annotation(seccomp)))
        }
        let appArmor = "container.apparmor.security.beta.kubernetes.io/" + item.name
        let hasProfile = item.hasAppArmor || spec.securityContext?.appArmorProfile != nil
        if isTemplate, !hasProfile, annotations[appArmor] != nil {
            texts.append(
                "\(annotation(appArmor)): deprecated since v1.30; use the \"appArmorProfile\" field instead")
        }
        return texts
    }

    /// A variable that takes the place of an earlier one, unless it is made from it.
    private func hidden(_ item: Item) -> [String] {
        guard item.env.count > 1 else { return [] }
        var seen = Set<String>(minimumCapacity: item.env.count)
        return item.env.enumerated().compactMap { index, variable in
            guard !seen.insert(variable.name).inserted else { return nil }
            let reference = "$(\(variable.name))"
            let extends = variable.value.contains(reference) && variable.value != reference
            guard variable.valueFrom != nil || !extends else { return nil }
            let text = "hides previous definition of \(GoText.quote(variable.name))"
            return "\(item.path.child("env").index(index)): \(text), which may be dropped when using apply"
        }
    }

    private struct PortKey: Hashable {
        var number: Int32
        var `protocol`: String
    }

    /// Ports that stand more than once.
    private func ports(_ items: [Item]) -> [String] {
        let hasOne = items.reduce(0) { $0 + $1.ports.count } < 2
        if hasOne, !items.contains(where: { $0.ports.contains { !$0.hostIP.isEmpty } }) { return [] }
        var texts: [String] = []
        var known: [PortKey: [(place: (item: Int, port: Int), port: ContainerPort)]] = [:]
        let path = { (item: Int, port: Int) in items[item].path.child("ports").index(port) }
        for (number, item) in items.enumerated() {
            for (index, port) in item.ports.enumerated() {
                if !port.hostIP.isEmpty, port.hostPort == 0 {
                    let shown =
                        "{Name:\(port.name) HostPort:0 ContainerPort:\(port.containerPort) Protocol:\(port.protocol) "
                        + "HostIP:\(port.hostIP)}"
                    texts.append("\(path(number, index)): hostIP set without hostPort: \(shown)")
                }
                let key = PortKey(number: port.containerPort, protocol: port.protocol)
                for other in known[key] ?? [] {
                    guard let text = Self.clash(port, other.port) else { continue }
                    texts.append("\(path(number, index)): \(text) with \(path(other.place.item, other.place.port))")
                }
                known[key, default: []].append(((number, index), port))
            }
        }
        return texts
    }

    private static func clash(_ port: ContainerPort, _ other: ContainerPort) -> String? {
        if port.hostIP == other.hostIP, port.hostPort == other.hostPort { return "duplicate port definition" }
        if port.hostPort == 0 || other.hostPort == 0 { return "overlapping port definition" }
        guard port.hostPort == other.hostPort, port.hostIP.isEmpty != other.hostIP.isEmpty else { return nil }
        return "dangerously ambiguous port definition"
    }
}
