// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SchemaTexts {
    /// Groups that run things.
    static let workloads = """
        # apps/v1
        Deployment: Keeps a number of equal pods running and replaces them step by step when their template changes.
        DeploymentSpec: What is wanted of a deployment.
        .replicas: How many pods there should be.
        .selector: Labels of the pods that belong to it; they cannot be changed.
        .template: What the pods are made from.
        .strategy: How old pods are replaced by new ones.
        .minReadySeconds: How many seconds a new pod has to be ready before it counts as available.
        .revisionHistoryLimit: How many old ReplicaSets are kept to go back to.
        .paused: Whether changes of the template are not rolled out for now.
        .progressDeadlineSeconds: How many seconds a rollout may make no progress before it counts as failed.
        DeploymentStrategy: How old pods are replaced by new ones.
        .type: RollingUpdate or Recreate.
        .rollingUpdate: How many at a time.
        RollingUpdateDeployment: How many pods are replaced at a time.
        .maxUnavailable: How many of those wanted may be missing; a number or a percentage.
        .maxSurge: How many more than wanted there may be; a number or a percentage.
        DeploymentStatus: What was observed of a deployment last.
        .replicas: How many pods there are.
        .updatedReplicas: How many of them are made from the newest template.
        .readyReplicas: How many of them are ready.
        .availableReplicas: How many of them have been ready for long enough.
        .unavailableReplicas: How many are still missing.
        .terminatingReplicas: How many are ending.
        .collisionCount: How often a name of a ReplicaSet was taken.
        DeploymentCondition: Something that holds for a deployment or does not.
        ReplicaSet: Keeps a number of equal pods running; Deployments make them.
        ReplicaSetSpec: What is wanted of a ReplicaSet.
        .replicas: How many pods there should be.
        .selector: Labels of the pods that belong to it; they cannot be changed.
        .template: What the pods are made from.
        .minReadySeconds: How many seconds a new pod has to be ready before it counts as available.
        ReplicaSetStatus: What was observed of a ReplicaSet last.
        .replicas: How many pods there are.
        .fullyLabeledReplicas: How many of them have all labels of the template.
        .readyReplicas: How many of them are ready.
        .availableReplicas: How many of them have been ready for long enough.
        .terminatingReplicas: How many are ending.
        StatefulSet: Keeps pods with stable names and storage running.
        StatefulSetSpec: What is wanted of a StatefulSet.
        .replicas: How many pods there should be.
        .selector: Labels of the pods that belong to it; they cannot be changed.
        .template: What the pods are made from.
        .volumeClaimTemplates: The claims that each pod gets and keeps.
        .serviceName: The Service that gives the pods their names.
        .podManagementPolicy: OrderedReady makes one pod after the other; Parallel does not wait.
        .updateStrategy: How pods are replaced when the template changes.
        .revisionHistoryLimit: How many old templates are kept to go back to.
        .minReadySeconds: How many seconds a new pod has to be ready before it counts as available.
        .persistentVolumeClaimRetentionPolicy: What becomes of the claims when pods go.
        .ordinals: How the pods are numbered.
        StatefulSetUpdateStrategy: How pods are replaced.
        .type: RollingUpdate or OnDelete.
        .rollingUpdate: How many at a time.
        RollingUpdateStatefulSetStrategy: How many pods are replaced at a time.
        .partition: Only pods with this number or a greater one are replaced.
        .maxUnavailable: How many may be missing; a number or a percentage.
        StatefulSetPersistentVolumeClaimRetentionPolicy: What becomes of claims.
        .whenDeleted: When the StatefulSet is deleted: Retain or Delete.
        .whenScaled: When there are fewer pods: Retain or Delete.
        StatefulSetOrdinals: How pods are numbered.
        .start: The first number.
        StatefulSetStatus: What was observed of a StatefulSet last.
        .replicas: How many pods there are.
        .readyReplicas: How many of them are ready.
        .availableReplicas: How many of them have been ready for long enough.
        .currentReplicas: How many are made from the current template.
        .updatedReplicas: How many are made from the newest template.
        .currentRevision: The current template.
        .updateRevision: The newest template.
        DaemonSet: Runs one pod on every node that fits.
        DaemonSetSpec: What is wanted of a DaemonSet.
        .selector: Labels of the pods that belong to it; they cannot be changed.
        .template: What the pods are made from; its node selector says on which nodes they run.
        .updateStrategy: How pods are replaced when the template changes.
        .minReadySeconds: How many seconds a new pod has to be ready before it counts as available.
        .revisionHistoryLimit: How many old templates are kept to go back to.
        DaemonSetUpdateStrategy: How pods are replaced.
        .type: RollingUpdate or OnDelete.
        .rollingUpdate: How many at a time.
        RollingUpdateDaemonSet: How many pods are replaced at a time.
        .maxUnavailable: On how many nodes the pod may be missing; a number or a percentage.
        .maxSurge: On how many nodes there may be two; a number or a percentage.
        DaemonSetStatus: What was observed of a DaemonSet last.
        .currentNumberScheduled: How many nodes have the pod that should.
        .desiredNumberScheduled: How many nodes should have the pod.
        .numberMisscheduled: How many nodes have the pod that should not.
        .numberReady: How many pods are ready.
        .numberAvailable: How many pods have been ready for long enough.
        .numberUnavailable: How many pods are still missing.
        .updatedNumberScheduled: How many pods are made from the newest template.
        ControllerRevision: A past state of a StatefulSet or DaemonSet.
        .data: The state.
        .revision: Its number.
        # batch/v1
        Job: Runs pods until a number of them has succeeded.
        JobSpec: What is to be run, and how often.
        .parallelism: How many pods run at the same time at most.
        .completions: How many pods have to succeed.
        .activeDeadlineSeconds: After so many seconds the job is ended and has failed.
        .podFailurePolicy: What failures of pods mean.
        .successPolicy: When the job is done before all pods have succeeded.
        .backoffLimit: How many pods may fail before the job has failed.
        .backoffLimitPerIndex: How many pods of one index may fail.
        .maxFailedIndexes: How many indexes may fail.
        .selector: Labels of the pods that belong to the job; normally set by the server.
        .manualSelector: Whether the labels are the user's business.
        .template: What the pods are made from.
        .ttlSecondsAfterFinished: How many seconds after its end the job is deleted.
        .completionMode: NonIndexed, or Indexed for pods with numbers.
        .suspend: Whether no pods are run for now.
        .podReplacementPolicy: Whether a new pod waits until the old one has ended: TerminatingOrFailed or Failed.
        .managedBy: Another controller that looks after the job.
        JobStatus: What was observed of a job last.
        .active: How many pods run.
        .ready: How many pods are ready.
        .succeeded: How many pods have succeeded.
        .failed: How many pods have failed.
        .terminating: How many pods are ending.
        .startTime: When the job began.
        .completionTime: When the job was done.
        .completedIndexes: The indexes that have succeeded.
        .failedIndexes: The indexes that have failed.
        .uncountedTerminatedPods: Pods that have ended but are not counted yet.
        JobCondition: Something that holds for a job or does not.
        PodFailurePolicy: What failures of pods mean.
        .rules: The first rule that matches counts.
        PodFailurePolicyRule: What a failure means.
        .action: FailJob, FailIndex, Ignore or Count.
        .onExitCodes: Exit codes that match.
        .onPodConditions: Conditions of pods that match.
        SuccessPolicy: When a job is done.
        .rules: One rule that matches is enough.
        JobTemplateSpec: What jobs are made from.
        CronJob: Makes jobs by the clock.
        CronJobSpec: What is to be run, and when.
        .schedule: When, in the form of cron: minute, hour, day, month and weekday.
        .timeZone: The time zone of the schedule, for example Europe/Berlin.
        .startingDeadlineSeconds: How many seconds late a job may still be made.
        .concurrencyPolicy: What happens if the last job still runs: Allow, Forbid or Replace.
        .suspend: Whether no jobs are made for now.
        .jobTemplate: What the jobs are made from.
        .successfulJobsHistoryLimit: How many jobs that succeeded are kept.
        .failedJobsHistoryLimit: How many jobs that failed are kept.
        CronJobStatus: What was observed of a CronJob last.
        .active: The jobs that run.
        .lastScheduleTime: When a job was made last.
        .lastSuccessfulTime: When a job succeeded last.
        # autoscaling/v2
        HorizontalPodAutoscaler: Changes the number of pods with the load.
        HorizontalPodAutoscalerSpec: What is scaled, and by what.
        .scaleTargetRef: What is scaled.
        .minReplicas: The least number of pods.
        .maxReplicas: The greatest number of pods.
        .metrics: What the load is measured by.
        .behavior: How fast the number may change.
        MetricSpec: What the load is measured by: one of these.
        .type: Resource, ContainerResource, Pods, Object or External.
        .resource: A resource of the pods, for example cpu.
        .containerResource: A resource of one container of the pods.
        .pods: A metric of the pods.
        .object: A metric of another object.
        .external: A metric from outside.
        MetricTarget: What a metric should be.
        .type: Utilization, Value or AverageValue.
        .value: The value.
        .averageValue: The value for each pod.
        .averageUtilization: How much of what they ask for pods should use, in percent.
        HorizontalPodAutoscalerBehavior: How fast the number of pods may change.
        .scaleUp: Upwards.
        .scaleDown: Downwards.
        HPAScalingRules: How fast the number of pods may change in one direction.
        .stabilizationWindowSeconds: How many seconds back the advice of the past counts.
        .policies: How much in which time.
        .selectPolicy: Which of them counts: Max, Min or Disabled.
        # autoscaling/v1
        HorizontalPodAutoscaler: Changes the number of pods with the load of the processors.
        HorizontalPodAutoscalerSpec: What is scaled, and by how much.
        .scaleTargetRef: What is scaled.
        .minReplicas: The least number of pods.
        .maxReplicas: The greatest number of pods.
        .targetCPUUtilizationPercentage: How much of the processor time they ask for pods should use, in percent.
        Scale: How many pods there are and should be.
        # policy/v1
        PodDisruptionBudget: Limits how many pods may be missing because somebody wants it so.
        PodDisruptionBudgetSpec: The limits.
        .minAvailable: How many pods must stay; a number or a percentage.
        .maxUnavailable: How many pods may be missing; a number or a percentage.
        .selector: Labels of the pods.
        .unhealthyPodEvictionPolicy: Whether pods that are not ready may always go: IfHealthyBudget or AlwaysAllow.
        PodDisruptionBudgetStatus: What was observed of a budget last.
        .disruptionsAllowed: How many pods may be evicted now.
        .currentHealthy: How many pods are ready.
        .desiredHealthy: How many pods must be ready.
        .expectedPods: How many pods there should be.
        Eviction: Asks a pod to go, within the budgets.
        .deleteOptions: How it goes.
        # scheduling.k8s.io/v1
        PriorityClass: How important pods are.
        .value: The priority; of two pods the one with the greater number comes first.
        .globalDefault: Whether pods without a class are of this one.
        .description: What the class is for.
        .preemptionPolicy: Whether pods of the class may push others aside: Never or PreemptLowerPriority.
        # coordination.k8s.io/v1
        Lease: Something that one holder at a time has, for a while.
        LeaseSpec: Who has it.
        .holderIdentity: The holder.
        .leaseDurationSeconds: How many seconds without renewal the lease lasts.
        .acquireTime: Since when the holder has it.
        .renewTime: When the holder renewed it last.
        .leaseTransitions: How often the holder changed.
        """
}
