// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import Logging

/// Keeps the kernel's table equal to the wanted rule set: knows what was applied last and sends the difference.
package struct RuleSynchronizer {
    private let configuration: ServiceProxyConfiguration
    private let filter: any PacketFilter
    private let flows: any FlowTable
    private let logger: Logger
    /// What is in the kernel; `nil` when that is not known.
    private var applied: RuleSet?

    /// - Parameters:
    ///   - filter: where rules go.
    ///   - flows: where UDP flows to endpoints that are gone are forgotten.
    package init(
        configuration: ServiceProxyConfiguration, filter: any PacketFilter, flows: any FlowTable, logger: Logger
    ) {
        self.configuration = configuration
        self.filter = filter
        self.flows = flows
        self.logger = logger
    }

    /// Makes the kernel hold `wanted`, in one transaction; does nothing when it does already.
    ///
    /// Where the difference is refused, somebody else has changed the table: it is then made anew at once.
    package mutating func synchronize(_ wanted: RuleSet) async throws(PacketFilterError) {
        if let old = applied {
            let text = wanted.delta(from: old)
            if text.isEmpty {
                applied = wanted
                return
            }
            do {
                try await filter.apply(text)
                return finish(wanted, old)
            } catch  where error.code == .refused {
                logger.warning(
                    "nftables table was changed by somebody else, making it anew", metadata: ["error": "\(error)"])
            }
        }
        let old = applied
        applied = nil
        try await filter.apply(wanted.fullText(configuration))
        finish(wanted, old)
    }

    private mutating func finish(_ wanted: RuleSet, _ old: RuleSet?) {
        applied = wanted
        logger.debug("applied service rules", metadata: ["chains": "\(wanted.chains.count)"])
        guard wanted.udpFlows != old?.udpFlows ?? [:] else { return }
        do {
            let count = try flows.forget { wanted.staleFlows(in: $0) }
            if count > 0 { logger.debug("forgot stale udp flows", metadata: ["count": "\(count)"]) }
        } catch {
            logger.warning("cannot forget stale udp flows", metadata: ["error": "\(error)"])
        }
    }
}
