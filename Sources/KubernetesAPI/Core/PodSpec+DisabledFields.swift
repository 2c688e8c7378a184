// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension PodSpec {
    /// Takes away fields of features that are alpha in Kubernetes 1.36, or off by default: they are accepted and not kept.
    mutating func dropDisabledFields() {
        schedulingGroup = nil
        for index in containers.indices where containers[index].lifecycle != nil {
            containers[index].lifecycle.dropStopSignal()
        }
        for index in initContainers.indices where initContainers[index].lifecycle != nil {
            initContainers[index].lifecycle.dropStopSignal()
        }
        for index in volumes.indices where volumes[index].volumeSource.projected != nil {
            for source in volumes[index].volumeSource.projected?.sources.indices ?? 0..<0 {
                volumes[index].volumeSource.projected?.sources[source].clusterTrustBundle = nil
                volumes[index].volumeSource.projected?.sources[source].podCertificate = nil
            }
        }
    }
}

extension Optional<Lifecycle> {
    /// Without its signal a life cycle may be empty, and goes with it.
    fileprivate mutating func dropStopSignal() {
        guard self?.stopSignal != nil else { return }
        self?.stopSignal = nil
        if self == Lifecycle() { self = nil }
    }
}
