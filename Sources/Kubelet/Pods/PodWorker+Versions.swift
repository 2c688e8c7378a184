// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

extension PodWorker {
    /// Takes a new version of the pod in.
    func update(_ pod: Pod) {
        guard pod.metadata.uid == uid else { return }
        let old = situation.pod
        situation.pod = pod
        let tellsMetadata =
            old.metadata.labels != pod.metadata.labels || old.metadata.annotations != pod.metadata.annotations
        if tellsMetadata, situation.isMounted, VolumeFiles.showMetadata(pod.spec.volumes) { volumesChanged() }
        wake()
    }

    /// The object of the API that shows a static pod; nil where there is none now.
    func setMirror(_ mirror: Pod?) {
        guard mirror?.metadata.uid != mirrorUID else { return }
        mirrorUID = mirror?.metadata.uid
        // It is new and tells nothing yet: everything is told again.
        if let mirror { written = mirror.status }
        wake()
    }

    /// The API object is gone: what runs is ended, and nothing is written any more.
    func forget(_ last: Pod) {
        if last.metadata.uid == uid { situation.pod = last }
        isGone = true
        wake()
    }
}
