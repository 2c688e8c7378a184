// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The ports of containers.
enum ContainerPortRules {
    private static let protocols = ["SCTP", "TCP", "UDP"]

    static func validate(_ ports: [ContainerPort], _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in ports.enumerated() {
            func at(_ field: String) -> FieldPath { path().index(index).child(field) }
            if !port.name.isEmpty {
                let faults = NameRules.portName(port.name)
                errors += faults.map { .invalid(at("name"), port.name, $0) }
                if faults.isEmpty, !names.insert(port.name).inserted {
                    errors.append(.duplicate(at("name"), port.name))
                }
            }
            if port.containerPort == 0 {
                errors.append(.required(at("containerPort")))
            } else {
                errors += number(port.containerPort, at("containerPort"))
            }
            if port.hostPort != 0 { errors += number(port.hostPort, at("hostPort")) }
            errors += ValueRules.known(port.protocol, protocols, at("protocol"))
        }
        return errors
    }

    private static func number(_ port: Int32, _ path: @autoclosure () -> FieldPath) -> [FieldError] {
        NameRules.portNumber(Int(port)).map { .invalid(path(), port, $0) }
    }

    /// Two containers cannot have one port of the host.
    static func conflicts(_ containers: [Container], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, container) in containers.enumerated() {
            for (number, port) in container.ports.enumerated() where port.hostPort != 0 {
                let text = "\(port.protocol)/\(port.hostIP)/\(port.hostPort)"
                if !seen.insert(text).inserted {
                    errors.append(.duplicate(path.index(index).child("ports").index(number).child("hostPort"), text))
                }
            }
        }
        return errors
    }

    /// On the host's network, ports are the host's. Templates may leave out what pods get as a default.
    static func onHostNetwork(_ spec: PodSpec, isPod: Bool, _ path: FieldPath) -> [FieldError] {
        guard spec.hostNetwork else { return [] }
        var errors: [FieldError] = []
        for (index, container) in spec.containers.enumerated() {
            for (number, port) in container.ports.enumerated()
            where (isPod || port.hostPort != 0) && port.hostPort != port.containerPort {
                let at = path.child("containers").index(index).child("ports").index(number).child("hostPort")
                errors.append(.invalid(at, port.hostPort, "must match `containerPort` when `hostNetwork` is true"))
            }
        }
        return errors
    }
}
