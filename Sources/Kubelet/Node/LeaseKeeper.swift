// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging
import Wire

/// Renews the node's lease: how the control plane knows that the node lives.
///
/// - SeeAlso: KEP-589, node heartbeats.
struct LeaseKeeper: Sendable {
    var agent: NodeAgent

    static let namespace = "kube-node-lease"

    /// Runs until the task is cancelled.
    func run() async {
        let duration = agent.configuration.nodeLeaseDuration
        var lease: Lease?
        while !Task.isCancelled {
            var pause = duration / 4
            do {
                lease = try await renewed(lease)
            } catch {
                lease = nil
                pause = .seconds(1)
                if !error.isNotFound {
                    agent.logger.warning("lease not renewed, will retry", metadata: ["error": "\(error)"])
                }
            }
            do { try await agent.timekeeper.sleep(for: pause) } catch { return }
        }
    }

    private func renewed(_ known: Lease?) async throws(ClientError) -> Lease {
        let name = agent.configuration.nodeName
        var lease: Lease
        if let known {
            lease = known
        } else {
            do {
                lease = try await agent.client.get(Lease.self, namespace: Self.namespace, name: name)
            } catch  where error.isNotFound {
                return try await agent.client.create(try await fresh(name))
            }
        }
        fill(&lease)
        return try await agent.client.update(lease)
    }

    private func fresh(_ name: String) async throws(ClientError) -> Lease {
        // owned by the node, so that it goes with it
        let node = try await agent.client.get(Node.self, name: name)
        var lease = Lease {
            $0.metadata.name = name
            $0.metadata.namespace = Self.namespace
            $0.metadata.ownerReferences = [
                OwnerReference {
                    $0.apiVersion = "v1"
                    $0.kind = "Node"
                    $0.name = name
                    $0.uid = node.metadata.uid
                }
            ]
        }
        fill(&lease)
        return lease
    }

    private func fill(_ lease: inout Lease) {
        lease.spec.holderIdentity = agent.configuration.nodeName
        lease.spec.leaseDurationSeconds = Int32(clamping: agent.configuration.nodeLeaseDuration.components.seconds)
        lease.spec.renewTime = agent.timekeeper.microTime
    }
}
