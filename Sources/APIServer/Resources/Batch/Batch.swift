// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object == Job {
    static var jobs: Self {
        Self().separatingStatus().countingGenerations().with {
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (job, context) throws(APIStatusError) in
                try create(&job, context)
                let hasLabels = !job.spec.template.metadata.labels.isEmpty
                job.generateSelector()
                // What has no labels of its own has those of its pods. Upstream gives the generated ones only when it
                // reads the stored job, so a name that makes no label is a fault of the template alone.
                if job.metadata.labels.isEmpty, hasLabels || LabelRules.value(job.metadata.name).isEmpty {
                    job.metadata.labels = job.spec.template.metadata.labels
                }
            }
        }
    }
}

extension Job {
    /// Selects the pods of this very job, unless the user says how pods are selected.
    fileprivate mutating func generateSelector() {
        guard spec.manualSelector != true else { return }
        let generated = [
            "job-name": metadata.name, "batch.kubernetes.io/job-name": metadata.name,
            "controller-uid": metadata.uid, "batch.kubernetes.io/controller-uid": metadata.uid,
        ]
        // labels that the user has set stay, and are a fault if they differ
        spec.template.metadata.labels.merge(generated) { given, _ in given }
        var selector = spec.selector ?? LabelSelector()
        let key = "batch.kubernetes.io/controller-uid"
        if selector.matchLabels[key] == nil { selector.matchLabels[key] = metadata.uid }
        spec.selector = selector
    }
}

extension ResourceDefinition where Object == CronJob {
    static var cronJobs: Self {
        Self().separatingStatus().countingGenerations()
    }
}
