// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension DeviceClaim {
    mutating func applyDefaults() {
        for index in requests.indices {
            requests[index].exactly?.applyDefaults()
            for sub in requests[index].firstAvailable.indices { requests[index].firstAvailable[sub].applyDefaults() }
        }
    }
}

extension ExactDeviceRequest {
    mutating func applyDefaults() {
        allocationMode.orDefault("ExactCount")
        if allocationMode == "ExactCount", count == 0 { count = 1 }
        for index in tolerations.indices { tolerations[index].operator.orDefault("Equal") }
    }
}

extension DeviceSubRequest {
    mutating func applyDefaults() {
        allocationMode.orDefault("ExactCount")
        if allocationMode == "ExactCount", count == 0 { count = 1 }
        for index in tolerations.indices { tolerations[index].operator.orDefault("Equal") }
    }
}

extension ResourceClaim: Defaulted {
    public mutating func applyDefaults() { spec.devices.applyDefaults() }
}

extension ResourceClaimTemplate: Defaulted {
    public mutating func applyDefaults() { spec.spec.devices.applyDefaults() }
}
