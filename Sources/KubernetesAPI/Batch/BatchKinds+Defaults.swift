// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension JobSpec {
    mutating func applyDefaults() {
        template.spec.applyDefaults()
        // Without either number a Job runs once, one pod at a time.
        if completions == nil, parallelism == nil { completions = 1 }
        parallelism.orDefault(1)
        backoffLimit.orDefault(backoffLimitPerIndex == nil ? 6 : Int32.max)
        completionMode.orDefault(CompletionMode.nonIndexed)
        suspend.orDefault(false)
        podReplacementPolicy.orDefault(podFailurePolicy == nil ? "TerminatingOrFailed" : "Failed")
        manualSelector.orDefault(false)
        podFailurePolicy?.applyDefaults()
    }
}

extension PodFailurePolicy {
    mutating func applyDefaults() {
        for rule in rules.indices {
            for pattern in rules[rule].onPodConditions.indices {
                rules[rule].onPodConditions[pattern].status.orDefault("True")
            }
        }
    }
}

extension Job: Defaulted {
    public mutating func applyDefaults() {
        spec.applyDefaults()
        if metadata.labels.isEmpty { metadata.labels = spec.template.metadata.labels }
    }
}

extension CronJob: Defaulted {
    public mutating func applyDefaults() {
        spec.jobTemplate.spec.template.spec.applyDefaults()
        spec.jobTemplate.spec.podFailurePolicy?.applyDefaults()
        spec.concurrencyPolicy.orDefault(ConcurrencyPolicy.allow)
        spec.suspend.orDefault(false)
        spec.successfulJobsHistoryLimit.orDefault(3)
        spec.failedJobsHistoryLimit.orDefault(1)
    }
}
