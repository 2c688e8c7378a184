// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension KubeletConfiguration {
    /// What `/configz` answers: the settings under the names of `KubeletConfiguration` (kubelet.config.k8s.io/v1beta1).
    var configz: JSONValue {
        var settings: JSONValue = [
            "enableServer": .bool(serverTLS != nil), "address": .string(address), "port": .int(port),
            "readOnlyPort": 0, "fileCheckFrequency": "20s", "registerNode": .bool(registerNode),
            "clusterDomain": .string(clusterDomain), "clusterDNS": .array(clusterDNS.map { .string($0) }),
            "nodeStatusUpdateFrequency": .string(nodeStatusUpdateFrequency.goText),
            "nodeStatusReportFrequency": .string(nodeStatusReportFrequency.goText),
            "nodeLeaseDurationSeconds": .int(nodeLeaseDuration.components.seconds), "maxPods": .int(maxPods),
            "resolvConf": .string(resolverConfigurationFile), "podLogsDir": .string(podLogsDirectory),
            "containerLogMaxSize": .string("\(containerLogMaxSize)"),
            "containerLogMaxFiles": .int(containerLogMaxFiles),
            "imageGCHighThresholdPercent": .int(Int(ImageCollector.high * 100)),
            "imageGCLowThresholdPercent": .int(Int(ImageCollector.low * 100)),
            "cgroupDriver": "cgroupfs", "cgroupsPerQOS": false, "hairpinMode": "hairpin-veth",
        ]
        if let staticPodPath { settings["staticPodPath"] = .string(staticPodPath) }
        return ["kubeletconfig": settings]
    }
}
