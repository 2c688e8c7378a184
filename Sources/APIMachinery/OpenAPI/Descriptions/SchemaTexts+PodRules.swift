// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SchemaTexts {
    /// Identities, placement, names and states of pods.
    static let podRules = """
        # core/v1
        SecurityContext: Privileges and identities of a container.
        .capabilities: Which capabilities of Linux are added and taken away.
        .privileged: Whether the container may do everything that root on the node may.
        .runAsUser: The user number to run as.
        .runAsGroup: The group number to run as.
        .runAsNonRoot: Whether running as user 0 is refused.
        .readOnlyRootFilesystem: Whether the container cannot write to its own file system.
        .allowPrivilegeEscalation: Whether a process may get more privileges than its parent.
        .procMount: How /proc is mounted: Default or Unmasked.
        .seLinuxOptions: The SELinux label.
        .windowsOptions: Settings for Windows.
        .seccompProfile: Which system calls are let through.
        .appArmorProfile: The AppArmor profile.
        PodSecurityContext: Privileges and identities of all containers of a pod.
        .runAsUser: The user number to run as.
        .runAsGroup: The group number to run as.
        .runAsNonRoot: Whether running as user 0 is refused.
        .supplementalGroups: Further groups of the processes.
        .supplementalGroupsPolicy: Whether groups of the image count too: Merge or Strict.
        .fsGroup: The group that files in volumes belong to.
        .fsGroupChangePolicy: Whether the group of files is changed always or only where it is wrong.
        .sysctls: Kernel settings of the pod.
        .seLinuxOptions: The SELinux label.
        .seLinuxChangePolicy: How files of volumes get the SELinux label.
        .windowsOptions: Settings for Windows.
        .seccompProfile: Which system calls are let through.
        .appArmorProfile: The AppArmor profile.
        Capabilities: Capabilities of Linux.
        .add: Those that are added.
        .drop: Those that are taken away; ALL for all.
        SeccompProfile: Which system calls are let through.
        .type: RuntimeDefault, Localhost or Unconfined.
        .localhostProfile: The file on the node, for Localhost.
        AppArmorProfile: An AppArmor profile.
        .type: RuntimeDefault, Localhost or Unconfined.
        .localhostProfile: The profile on the node, for Localhost.
        SELinuxOptions: An SELinux label.
        .user: The user part.
        .role: The role part.
        .type: The type part.
        .level: The level part.
        WindowsSecurityContextOptions: Settings for containers of Windows.
        Sysctl: A kernel setting.
        .name: The name of the setting.
        .value: The value.
        Toleration: A kind of taint that does not keep a pod away.
        .key: The key of the taint; every key if empty.
        .operator: Equal compares the value, Exists does not.
        .value: The value of the taint.
        .effect: The effect of the taint; every effect if empty.
        .tolerationSeconds: How many seconds a NoExecute taint is borne.
        Taint: Keeps pods away that do not tolerate it.
        .key: The key.
        .value: The value.
        .effect: NoSchedule, PreferNoSchedule or NoExecute.
        .timeAdded: When it was added.
        Affinity: Rules for where a pod should be.
        .nodeAffinity: Which nodes.
        .podAffinity: Near which pods.
        .podAntiAffinity: Away from which pods.
        NodeAffinity: Rules about nodes.
        .requiredDuringSchedulingIgnoredDuringExecution: What must hold when the pod is placed.
        .preferredDuringSchedulingIgnoredDuringExecution: What is better, with weights.
        PodAffinity: Rules for being near other pods.
        .requiredDuringSchedulingIgnoredDuringExecution: What must hold when the pod is placed.
        .preferredDuringSchedulingIgnoredDuringExecution: What is better, with weights.
        PodAntiAffinity: Rules for being away from other pods.
        .requiredDuringSchedulingIgnoredDuringExecution: What must hold when the pod is placed.
        .preferredDuringSchedulingIgnoredDuringExecution: What is better, with weights.
        PodAffinityTerm: Some pods, and what near means.
        .labelSelector: Which pods.
        .namespaces: The namespaces of the pods; that of the pod itself if there are none.
        .namespaceSelector: Labels of further namespaces.
        .topologyKey: Nodes with the same value of this label count as one place.
        .matchLabelKeys: Labels of the pod that the others must share.
        .mismatchLabelKeys: Labels of the pod that the others must not share.
        WeightedPodAffinityTerm: A preference with its weight.
        .weight: 1 to 100.
        .podAffinityTerm: What is preferred.
        PreferredSchedulingTerm: A preference with its weight.
        .weight: 1 to 100.
        .preference: What is preferred.
        NodeSelector: Selects nodes; one of the terms must hold.
        .nodeSelectorTerms: The terms.
        NodeSelectorTerm: Conditions on a node, all of which must hold.
        .matchExpressions: Conditions on labels.
        .matchFields: Conditions on fields.
        NodeSelectorRequirement: One condition.
        .key: The label or field.
        .operator: In, NotIn, Exists, DoesNotExist, Gt or Lt.
        .values: What to compare with.
        TopologySpreadConstraint: How evenly pods are spread.
        .maxSkew: How many pods more than in the emptiest group there may be.
        .topologyKey: Nodes with the same value of this label are one group.
        .whenUnsatisfiable: DoNotSchedule or ScheduleAnyway.
        .labelSelector: Which pods are counted.
        .minDomains: How many groups there have to be at least.
        .nodeAffinityPolicy: Whether only nodes that the pod may use are counted: Honor or Ignore.
        .nodeTaintsPolicy: Whether nodes with taints are left out: Honor or Ignore.
        .matchLabelKeys: Labels whose value the counted pods share with this one.
        PodDNSConfig: How names are looked up.
        .nameservers: Addresses of name servers.
        .searches: Domains to look in.
        .options: Options of the resolver.
        PodDNSConfigOption: An option of the resolver.
        HostAlias: A line of the hosts file.
        .ip: The address.
        .hostnames: The names.
        PodReadinessGate: A condition that must be true for the pod to be ready.
        .conditionType: Its type.
        PodSchedulingGate: A reason not to place the pod yet.
        PodOS: An operating system.
        PodIP: An address of a pod.
        .ip: The address.
        HostIP: An address of a node.
        .ip: The address.
        PodResourceClaim: A claim on devices.
        .resourceClaimName: The claim.
        .resourceClaimTemplateName: The template that a claim is made from for this pod.
        ContainerStatus: What was observed of a container.
        .state: What it does now.
        .lastState: How it ended the last time.
        .ready: Whether it is ready.
        .started: Whether it has started.
        .restartCount: How often it was started again.
        .image: The image that runs.
        .imageID: The digest of the image.
        .containerID: The id that the container runtime gave, with the runtime's name.
        .allocatedResources: What the node has set aside for it.
        ContainerState: What a container does: one of three.
        .waiting: It does not run yet.
        .running: It runs.
        .terminated: It has ended.
        ContainerStateWaiting: A container that does not run yet.
        ContainerStateRunning: A container that runs.
        .startedAt: Since when.
        ContainerStateTerminated: A container that has ended.
        .exitCode: The exit code.
        .signal: The signal that ended it.
        .startedAt: When it began.
        .finishedAt: When it ended.
        .containerID: Which container it was.
        """
}
