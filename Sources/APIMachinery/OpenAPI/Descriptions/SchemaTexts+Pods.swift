// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SchemaTexts {
    /// Pods, containers, probes and environments.
    static let pods = """
        # core/v1
        Pod: A group of containers that run together on one node and share its network address.
        PodSpec: What a pod is to run, where and how.
        .volumes: Files that containers of the pod can mount.
        .initContainers: Containers that run to their end, one after the other, before the others start.
        .containers: The containers of the pod; there is at least one.
        .ephemeralContainers: Containers that were added to look into the running pod; only the subresource adds them.
        .restartPolicy: When ended containers are started again: Always, OnFailure or Never.
        .terminationGracePeriodSeconds: How many seconds the containers have to end when asked to; then they are killed.
        .activeDeadlineSeconds: After so many seconds on its node the pod is ended and counts as failed.
        .dnsPolicy: Where names are looked up: ClusterFirst, ClusterFirstWithHostNet, Default (as on the node) or None.
        .nodeSelector: Labels that a node must have for the pod to be placed on it.
        .serviceAccountName: The ServiceAccount that the pod runs as.
        .serviceAccount: Old name of serviceAccountName.
        .automountServiceAccountToken: Whether the containers get a token of the ServiceAccount.
        .nodeName: The node that the pod is on; set by the scheduler.
        .hostNetwork: Whether the pod uses the network of its node instead of one of its own.
        .hostPID: Whether the pod sees the processes of its node.
        .hostIPC: Whether the pod shares the interprocess communication of its node.
        .shareProcessNamespace: Whether the containers see each other's processes.
        .securityContext: Privileges and identities of all containers; a container may set its own.
        .imagePullSecrets: Secrets with credentials to pull images with.
        .hostname: The host name inside the pod; its own name if not set.
        .subdomain: With it the pod has a full name below the Service of that name.
        .affinity: Rules for which nodes, and which neighbours, the pod should have.
        .schedulerName: Who places the pod on a node.
        .tolerations: Taints of nodes that do not keep the pod away.
        .hostAliases: Lines for the hosts file of the containers.
        .priorityClassName: The class that says how important the pod is.
        .priority: How important the pod is; from its class.
        .dnsConfig: Name servers, search domains and options, beside those of the policy or instead of them.
        .readinessGates: Further conditions that must be true before the pod counts as ready.
        .runtimeClassName: The RuntimeClass that says how containers are run.
        .enableServiceLinks: Whether containers get environment variables for the Services of the namespace.
        .preemptionPolicy: Whether the pod may push less important ones aside: Never or PreemptLowerPriority.
        .overhead: What running the pod costs beside its containers; from the RuntimeClass.
        .topologySpreadConstraints: How pods are to be spread over zones, nodes or other groups.
        .setHostnameAsFQDN: Whether the host name inside is the full one.
        .os: The operating system that the containers are for.
        .hostUsers: Whether users inside are the same as on the node; false gives the pod users of its own.
        .schedulingGates: As long as there are some, the pod is not placed.
        .resourceClaims: Claims on devices that must be met before the pod starts.
        .resources: What all containers together ask for and may use.
        .hostnameOverride: The exact host name inside the pod.
        .schedulingGroup: The group of pods that are placed together.
        PodStatus: What was observed of a pod last.
        .phase: Where the pod is in its life: Pending, Running, Succeeded, Failed or Unknown.
        .conditions: What holds for the pod and what does not.
        .hostIP: The address of the pod's node.
        .hostIPs: The addresses of the pod's node.
        .podIP: The address of the pod.
        .podIPs: The addresses of the pod, at most one of each family.
        .startTime: When the node accepted the pod.
        .initContainerStatuses: The state of each init container.
        .containerStatuses: The state of each container.
        .ephemeralContainerStatuses: The state of each container that was added to the running pod.
        .qosClass: How the pod is treated when its node runs short: Guaranteed, Burstable or BestEffort.
        .nominatedNodeName: The node that is being cleared for the pod.
        .resize: How far a change of resources has come.
        .resourceClaimStatuses: The claims that were made for the pod.
        PodCondition: Something that holds for a pod or does not.
        .type: What it is about: PodScheduled, Initialized, ContainersReady, Ready, DisruptionTarget, ...
        PodTemplate: A pod to be copied.
        .template: What the copies look like.
        PodTemplateSpec: What pods look like that are made from it.
        .metadata: Labels and annotations that the pods get.
        .spec: What the pods run.
        Container: One program of a pod, run from an image.
        .name: The name of the container, unique in its pod.
        .image: The image to run.
        .command: The program to run instead of the image's entrypoint; $(NAME) stands for a variable.
        .args: The arguments to give to the program instead of the image's.
        .workingDir: The directory to run in.
        .ports: Ports that the container listens on. For information and for reaching them by name.
        .envFrom: ConfigMaps and Secrets all of whose keys become environment variables.
        .env: Environment variables to set.
        .resources: How much of cpu, memory and other resources the container asks for and may use.
        .resizePolicy: Whether the container is restarted when its resources change.
        .restartPolicy: Its own rule for being started again; Always makes an init container one that keeps running.
        .restartPolicyRules: Which exit codes lead to which restarts.
        .volumeMounts: Which volumes of the pod appear where in the file system of the container.
        .volumeDevices: Which block devices of the pod appear where.
        .livenessProbe: A check; when it fails the container is restarted.
        .readinessProbe: A check; while it fails Services send nothing to the pod.
        .startupProbe: A check that must succeed once before the others begin.
        .lifecycle: What to do right after the start and right before the end.
        .terminationMessagePath: The file in which the container may leave a last message.
        .terminationMessagePolicy: Whether the end of the log serves as last message: File or FallbackToLogsOnError.
        .imagePullPolicy: When to pull the image: Always, IfNotPresent or Never.
        .securityContext: Privileges and identities of the container.
        .stdin: Whether the container's input is kept open for those who attach.
        .stdinOnce: Whether the input is closed after the first who attached has gone.
        .tty: Whether the container gets a terminal.
        EphemeralContainer: A container added to a running pod, to look into it.
        .targetContainerName: The container whose processes it can see.
        EphemeralContainerCommon: What an added container has in common with others.
        ContainerPort: A port that a container listens on.
        .name: A name by which Services and probes can refer to the port.
        .hostPort: The port of the node that leads to it.
        .containerPort: The port number inside the pod, 1 to 65535.
        .protocol: TCP, UDP or SCTP.
        .hostIP: The address of the node that the host port is opened on.
        EnvVar: An environment variable.
        .name: The name of the variable.
        .value: The value; $(NAME) stands for a variable that was set before.
        .valueFrom: Where the value comes from, if it is not given here.
        EnvVarSource: Where the value of an environment variable comes from.
        .fieldRef: A field of the pod.
        .resourceFieldRef: A resource of the container.
        .configMapKeyRef: A key of a ConfigMap.
        .secretKeyRef: A key of a Secret.
        .fileKeyRef: A key of a file in a volume.
        EnvFromSource: A source whose keys become environment variables.
        .prefix: What each name begins with.
        .configMapRef: The ConfigMap.
        .secretRef: The Secret.
        ConfigMapKeySelector: A key of a ConfigMap.
        .key: The key.
        .optional: Whether it may be missing.
        SecretKeySelector: A key of a Secret.
        .key: The key.
        .optional: Whether it may be missing.
        ConfigMapEnvSource: A ConfigMap whose keys become environment variables.
        SecretEnvSource: A Secret whose keys become environment variables.
        ObjectFieldSelector: A field of an object.
        .fieldPath: The way to the field, for example metadata.name.
        .apiVersion: The version that the way is meant in.
        ResourceFieldSelector: A resource of a container.
        .containerName: The container; not needed for environment variables.
        .resource: For example limits.cpu or requests.memory.
        .divisor: The unit that the number is in.
        FileKeySelector: A key of a file in a volume.
        ResourceRequirements: How much of each resource is asked for and allowed.
        .limits: The most that may be used of each resource.
        .requests: The least that is needed of each resource; the limits if not set.
        .claims: Claims of the pod that the container uses.
        VolumeResourceRequirements: How much storage is asked for and allowed.
        .limits: The most that may be used.
        .requests: The least that is needed.
        ContainerResizePolicy: What a change of one resource means for a container.
        .resourceName: The resource.
        .restartPolicy: NotRequired or RestartContainer.
        Probe: A check of a container's health.
        .initialDelaySeconds: How many seconds after the start of the container the first check is made.
        .timeoutSeconds: How many seconds an answer may take.
        .periodSeconds: How many seconds lie between two checks.
        .successThreshold: How often the check must succeed in a row after a failure.
        .failureThreshold: How often the check must fail in a row before it counts.
        .terminationGracePeriodSeconds: How many seconds the container has to end when the check fails.
        ProbeHandler: What a check does.
        .exec: Runs a command in the container; exit code 0 is success.
        .httpGet: Sends an HTTP request; answers from 200 to 399 are success.
        .tcpSocket: Opens a TCP connection.
        .grpc: Asks the health service of gRPC.
        LifecycleHandler: Something to do at the beginning or end of a container.
        .exec: Runs a command in the container.
        .httpGet: Sends an HTTP request.
        .tcpSocket: No longer supported.
        .sleep: Waits.
        Lifecycle: What to do at the beginning and end of a container.
        .postStart: Done right after the container is made; if it fails the container is restarted.
        .preStop: Done before the container is asked to end.
        .stopSignal: The signal that asks the container to end.
        ExecAction: A command to run in a container.
        .command: The program and its arguments; no shell is used.
        HTTPGetAction: An HTTP request.
        .path: The path to ask for.
        .port: The port, by number or by name.
        .host: The host to connect to; the pod if not set.
        .scheme: HTTP or HTTPS.
        .httpHeaders: Header fields to send.
        HTTPHeader: A header field.
        .name: The name of the field.
        .value: The value of the field.
        TCPSocketAction: A TCP connection.
        .port: The port, by number or by name.
        .host: The host to connect to; the pod if not set.
        GRPCAction: A question to the health service of gRPC.
        .port: The port number.
        .service: The service to ask about.
        SleepAction: A time to wait.
        .seconds: How many seconds.
        """
}
