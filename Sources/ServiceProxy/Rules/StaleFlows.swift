// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Primitives

/// A connection that the kernel keeps track of: what a client asked for, and who answers.
package struct TrackedFlow: Equatable, Sendable {
    package var transport: UInt8
    package var originalDestination: NetworkAddress
    package var originalPort: UInt16
    /// The source of answers: the endpoint, where the destination was translated.
    package var replySource: NetworkAddress
    /// The original tuple in the kernel's own form, by which the flow can be deleted.
    package var tuple: [UInt8]

    package init(
        transport: UInt8, originalDestination: NetworkAddress, originalPort: UInt16, replySource: NetworkAddress,
        tuple: [UInt8] = []
    ) {
        self.transport = transport
        self.originalDestination = originalDestination
        self.originalPort = originalPort
        self.replySource = replySource
        self.tuple = tuple
    }
}

extension RuleSet {
    /// The UDP flows whose client would go on talking to an endpoint that is gone, or to none.
    ///
    /// UDP has no end of a connection: as long as a client keeps sending, the kernel keeps its old translation. Frontends
    /// without endpoints are left alone, as there is no better place to send to.
    package func staleFlows(in flows: [TrackedFlow]) -> [TrackedFlow] {
        flows.filter { flow in
            guard flow.transport == ServiceTransport.udp.number else { return false }
            let family = flow.originalDestination.family
            let byAddress = UDPFrontend(address: flow.originalDestination, port: flow.originalPort, family: family)
            let byNodePort = UDPFrontend(address: nil, port: flow.originalPort, family: family)
            if let endpoints = udpFlows[byAddress] {
                return !endpoints.isEmpty && !endpoints.contains(flow.replySource)
            }
            // Other traffic may use the number of a NodePort: it counts only where it was translated.
            guard let endpoints = udpFlows[byNodePort], flow.replySource != flow.originalDestination else {
                return false
            }
            return !endpoints.isEmpty && !endpoints.contains(flow.replySource)
        }
    }
}
