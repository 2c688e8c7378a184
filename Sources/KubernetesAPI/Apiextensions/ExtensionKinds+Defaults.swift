// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension CustomResourceDefinition: Defaulted {
    public mutating func applyDefaults() {
        spec.names.singular.orDefault(spec.names.kind.lowercased())
        if !spec.names.kind.isEmpty { spec.names.listKind.orDefault(spec.names.kind + "List") }
        spec.conversion.orDefault(CustomResourceConversion())
        spec.conversion?.strategy.orDefault("None")
        spec.conversion?.webhook?.clientConfig?.service?.port.orDefault(443)
    }
}

extension APIService: Defaulted {
    public mutating func applyDefaults() { spec.service?.port.orDefault(443) }
}
