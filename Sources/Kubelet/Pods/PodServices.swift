// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import Synchronization

/// What all pods of a node share.
struct PodServices: Sendable {
    var client: KubernetesClient
    var runtime: any ContainerRuntime
    var puller: ImagePuller
    var volumes: VolumeHost
    var objects: ReferencedObjects
    var services: Informer<Service>
    var events: PodEvents
    var prober: any Prober
    var node: NodeState
    var owners: RuntimeOwners
    var timekeeper: Timekeeper
    var logger: Logger

    /// The calendar time.
    var now: Moment {
        let time = timekeeper.microTime
        return Moment(seconds: time.seconds) + .nanoseconds(Int64(time.nanos))
    }
}

/// What is known of the node now: read by many, changed by the node's own loops.
final class NodeState: Sendable {
    struct Values: Sendable {
        var facts: NodeFacts
        /// Addresses of the node, the main one first.
        var hostIPs: [String] = []
        var allocatable: [String: Quantity] = [:]
        /// Of the Node object; nil until it was read.
        var labels: [String: String]?
        /// Why pods with a network of their own cannot be started; nil where they can.
        var networkProblem: String?
        var isRuntimeReady = false
        /// The port that the kubelet's server listens on.
        var serverPort = 10250
    }

    private let values: Mutex<Values>

    init(_ values: Values) { self.values = Mutex(values) }

    var current: Values { values.withLock { $0 } }

    /// Changes the values.
    ///
    /// - Returns: what `change` returns.
    func update<T: Sendable>(_ change: (inout sending Values) -> sending T) -> T { values.withLock { change(&$0) } }
}

/// Which pod a sandbox or container of the runtime belongs to.
final class RuntimeOwners: Sendable {
    private let owners = Mutex<[String: String]>([:])

    /// The pod's UID, by the ID of a sandbox or container.
    func owner(_ id: String) -> String? { owners.withLock { $0[id] } }
    func set(_ id: String, _ uid: String) { owners.withLock { $0[id] = uid } }
    func remove(_ id: String) { owners.withLock { $0[id] = nil } }
    func removeAll(of uid: String) { owners.withLock { $0 = $0.filter { $0.value != uid } } }
}
