// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Pod: Warned {
    public func warnings(replacing old: Pod?) -> [String] {
        let name = old == nil ? WarningRules.podName(metadata.name, "the Pod's hostname") : []
        return name + PodWarnings(self).all
    }
}

extension PodTemplate: Warned {
    public func warnings(replacing _: PodTemplate?) -> [String] { PodWarnings(template, FieldPath("template")).all }
}

extension PodTemplateSpec {
    /// What to say of the template of a workload: of one that is new, or whose specification is another now.
    fileprivate func warnings(name: String, isNew: Bool, isChanged: Bool) -> [String] {
        guard isNew || isChanged else { return [] }
        return (isNew ? WarningRules.podName(name) : []) + PodWarnings(self, FieldPath("spec", "template")).all
    }
}

extension ReplicationController: Warned {
    public func warnings(replacing old: ReplicationController?) -> [String] {
        spec.template?.warnings(
            name: metadata.name, isNew: old == nil, isChanged: old?.metadata.generation != metadata.generation) ?? []
    }
}

extension Deployment: Warned {
    public func warnings(replacing old: Deployment?) -> [String] {
        spec.template.warnings(
            name: metadata.name, isNew: old == nil, isChanged: old?.metadata.generation != metadata.generation)
    }
}

extension ReplicaSet: Warned {
    public func warnings(replacing old: ReplicaSet?) -> [String] {
        spec.template.warnings(
            name: metadata.name, isNew: old == nil, isChanged: old?.metadata.generation != metadata.generation)
    }
}

extension DaemonSet: Warned {
    public func warnings(replacing _: DaemonSet?) -> [String] {
        PodWarnings(spec.template, FieldPath("spec", "template")).all
    }
}

extension StatefulSet: Warned {
    public func warnings(replacing old: StatefulSet?) -> [String] {
        guard old?.metadata.generation != metadata.generation || old == nil else { return [] }
        var texts = spec.template.warnings(name: metadata.name, isNew: old == nil, isChanged: true)
        for (index, claim) in spec.volumeClaimTemplates.enumerated() {
            texts += claim.spec.warnings(FieldPath("spec", "volumeClaimTemplates").index(index).child("spec"))
        }
        if let limit = spec.revisionHistoryLimit, limit < 0 {
            texts.append(
                "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
            )
        }
        return texts
    }
}

extension JobSpec {
    private static let manyCompletions: Int32 = 100_000
    private static let muchParallelism: Int32 = 10_000

    fileprivate func warnings(_ path: FieldPath) -> [String] {
        var texts: [String] = []
        if completionMode == "Indexed", completions ?? 0 > Self.manyCompletions,
            parallelism ?? 0 > Self.muchParallelism
        {
            texts.append(
                "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, "
                    + "Kubernetes might not be able to track completions when a big number of indexes fail")
        }
        return texts + PodWarnings(template, path.child("template")).all
    }
}

extension Job: Warned {
    public func warnings(replacing old: Job?) -> [String] {
        (old == nil ? WarningRules.podName(metadata.name) : []) + spec.warnings(FieldPath("spec"))
    }
}

extension CronJob: Warned {
    public func warnings(replacing old: CronJob?) -> [String] {
        let at = FieldPath("spec", "jobTemplate", "spec")
        let texts = (old == nil ? WarningRules.podName(metadata.name) : []) + spec.jobTemplate.spec.warnings(at)
        guard spec.schedule.contains("TZ") else { return texts }
        return texts + ["cannot use TZ or CRON_TZ in spec.schedule, use timeZone field instead"]
    }
}
