// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension FlowSchema: Defaulted {
    public mutating func applyDefaults() { if spec.matchingPrecedence == 0 { spec.matchingPrecedence = 1_000 } }
}

extension PriorityLevelConfiguration: Defaulted {
    public mutating func applyDefaults() {
        spec.exempt?.nominalConcurrencyShares.orDefault(0)
        spec.exempt?.lendablePercent.orDefault(0)
        spec.limited?.nominalConcurrencyShares.orDefault(30)
        spec.limited?.lendablePercent.orDefault(0)
        spec.limited?.limitResponse.queuing?.applyDefaults()
    }
}

extension QueuingConfiguration {
    mutating func applyDefaults() {
        queues.orDefault(64)
        handSize.orDefault(8)
        queueLengthLimit.orDefault(50)
    }
}
