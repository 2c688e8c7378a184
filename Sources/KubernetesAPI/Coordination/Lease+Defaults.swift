// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension Lease: Defaulted {
    /// Coordinated leader election is off by default: its fields are accepted and not kept.
    public mutating func applyDefaults() {
        spec.strategy = nil
        spec.preferredHolder = nil
    }
}
