// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SchemaTexts {
    /// The other kinds of the core group.
    static let core = """
        # core/v1
        ConfigMap: Settings as keys and values, for containers to read.
        .data: Keys and texts.
        .binaryData: Keys and bytes.
        .immutable: Whether nothing of it but the metadata can be changed any more.
        Secret: Confidential keys and values, for containers to read.
        .data: Keys and values in base64.
        .stringData: Keys and plain texts; when written they go into data.
        .type: What the secret is for, for example kubernetes.io/tls.
        .immutable: Whether nothing of it but the metadata can be changed any more.
        Namespace: A scope for names, rights and quotas.
        NamespaceSpec: What is wanted of a namespace.
        .finalizers: What has to be cleaned up before the namespace can go.
        NamespaceStatus: What was observed of a namespace last.
        .phase: Active or Terminating.
        Node: A machine that runs pods.
        NodeSpec: What is wanted of a node.
        .podCIDR: The range that addresses of its pods are taken from.
        .podCIDRs: The ranges that addresses of its pods are taken from, at most one of each family.
        .providerID: What the cloud calls the machine.
        .unschedulable: Whether no new pods are placed on it.
        .taints: What keeps pods away that do not tolerate it.
        NodeStatus: What was observed of a node last.
        .capacity: What the node has of each resource.
        .allocatable: What pods may use of each resource.
        .conditions: What holds for the node and what does not.
        .addresses: Where the node can be reached.
        .nodeInfo: Versions and ids of the node.
        .images: The images on the node.
        .volumesInUse: The volumes that are mounted.
        .volumesAttached: The volumes that are attached.
        .daemonEndpoints: The ports of the node's agents.
        .runtimeHandlers: The ways of running containers that the node knows.
        NodeSystemInfo: Versions and ids of a node.
        .kubeletVersion: The version of the node's agent.
        .containerRuntimeVersion: What runs containers, and its version.
        .kernelVersion: The version of the kernel.
        .osImage: The operating system.
        .architecture: The architecture of the processor.
        .operatingSystem: linux or windows.
        .machineID: The id of the installation.
        .systemUUID: The id of the hardware.
        .bootID: The id of the last start.
        NodeCondition: Something that holds for a node or does not.
        NodeAddress: Where a node can be reached.
        .type: InternalIP, ExternalIP, Hostname, ...
        .address: The address.
        Service: A stable name and address for a changing set of pods.
        ServiceSpec: What a service is to lead to, and how it can be reached.
        .ports: The ports of the service.
        .selector: Labels of the pods behind the service.
        .clusterIP: The address inside the cluster; None for a service whose name leads straight to the pods.
        .clusterIPs: The addresses inside the cluster, at most one of each family.
        .type: ClusterIP, NodePort, LoadBalancer or ExternalName.
        .externalIPs: Further addresses at which nodes accept traffic for the service.
        .sessionAffinity: ClientIP sends each client to the same pod; None does not.
        .sessionAffinityConfig: How long a client stays with its pod.
        .loadBalancerIP: Old way of asking for an address of the load balancer.
        .loadBalancerSourceRanges: From where the load balancer accepts traffic.
        .loadBalancerClass: Which kind of load balancer is wanted.
        .allocateLoadBalancerNodePorts: Whether a load balancer gets node ports too.
        .externalName: The name that the service stands for.
        .externalTrafficPolicy: Whether traffic from outside goes to all pods (Cluster) or those of the node (Local).
        .internalTrafficPolicy: Whether traffic from inside goes to all pods (Cluster) or those of the node (Local).
        .healthCheckNodePort: The port of nodes that load balancers check.
        .publishNotReadyAddresses: Whether pods that are not ready count too.
        .ipFamilies: IPv4, IPv6 or both, the first one first.
        .ipFamilyPolicy: SingleStack, PreferDualStack or RequireDualStack.
        .trafficDistribution: Which pods are preferred, for example those of the same zone.
        ServicePort: A port of a service.
        .name: The name of the port; needed where there are several.
        .protocol: TCP, UDP or SCTP.
        .appProtocol: What is spoken over the port.
        .port: The port number of the service.
        .targetPort: The port of the pods, by number or by name.
        .nodePort: The port on every node that leads to the service.
        ServiceStatus: What was observed of a service last.
        .loadBalancer: Where the load balancer can be reached.
        LoadBalancerStatus: The state of a load balancer.
        .ingress: Where it can be reached.
        LoadBalancerIngress: An address of a load balancer.
        .ip: The address.
        .hostname: The name.
        SessionAffinityConfig: How clients stay with their pod.
        .clientIP: By their address.
        ClientIPConfig: How long clients stay with their pod.
        .timeoutSeconds: For so many seconds after the last traffic.
        ServiceAccount: An identity for processes that run in pods.
        .secrets: Secrets that pods with this identity may use.
        .imagePullSecrets: Secrets to pull images with, for pods that name none.
        .automountServiceAccountToken: Whether pods get a token.
        Endpoints: Old form of the addresses behind a service; EndpointSlices have taken its place.
        .subsets: Addresses that have the same ports.
        EndpointSubset: Addresses that have the same ports.
        .addresses: Addresses that are ready.
        .notReadyAddresses: Addresses that are not ready.
        .ports: The ports.
        EndpointAddress: An address.
        .ip: The address.
        .hostname: The name.
        .nodeName: The node it is on.
        .targetRef: The object that has the address.
        EndpointPort: A port.
        .port: The number.
        .protocol: TCP, UDP or SCTP.
        ReplicationController: Old form of a ReplicaSet: keeps a number of equal pods running.
        ReplicationControllerSpec: What is wanted.
        .replicas: How many pods there should be.
        .selector: Labels of the pods that count.
        .template: What new pods are made from.
        .minReadySeconds: How many seconds a pod has to be ready before it counts as available.
        PersistentVolume: A piece of storage in the cluster.
        PersistentVolumeSpec: What a volume is and who may have it.
        .capacity: How large it is.
        .accessModes: How it can be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.
        .claimRef: The claim that has it.
        .persistentVolumeReclaimPolicy: What becomes of it when its claim is gone: Retain, Delete or Recycle.
        .storageClassName: The class it is of.
        .mountOptions: Options of mount.
        .volumeMode: Filesystem or Block.
        .nodeAffinity: The nodes that can reach it.
        .volumeAttributesClassName: The class that sets its changeable attributes.
        PersistentVolumeSource: Where the storage is: one of these.
        PersistentVolumeStatus: What was observed of a volume last.
        .phase: Pending, Available, Bound, Released or Failed.
        .lastPhaseTransitionTime: Since when.
        PersistentVolumeClaim: A request for storage by a user.
        PersistentVolumeClaimSpec: What storage is wanted.
        .accessModes: How the volume is to be mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.
        .selector: Labels of volumes that come into question.
        .resources: How large the volume has to be.
        .volumeName: The volume that is bound.
        .storageClassName: The class of storage; the empty string asks for none.
        .volumeMode: Filesystem or Block.
        .dataSource: What the volume is filled with.
        .dataSourceRef: What the volume is filled with, of any kind.
        .volumeAttributesClassName: The class that sets the changeable attributes.
        PersistentVolumeClaimStatus: What was observed of a claim last.
        .phase: Pending, Bound or Lost.
        .accessModes: How the volume can be mounted.
        .capacity: How large the volume is.
        .allocatedResources: The size that was asked for while it grows.
        VolumeNodeAffinity: The nodes that can reach a volume.
        .required: Conditions that must hold.
        TypedLocalObjectReference: An object of the same namespace.
        TypedObjectReference: An object.
        Event: A report of something that happened to an object.
        .involvedObject: What it happened to.
        .reason: Why, in one word.
        .message: What happened, for people.
        .source: Who reports it.
        .firstTimestamp: When it happened first.
        .lastTimestamp: When it happened last.
        .count: How often it happened.
        .type: Normal or Warning.
        .eventTime: When it happened, exactly.
        .series: How often it happened in a row.
        .action: What was done about it.
        .related: Another object that has to do with it.
        .reportingComponent: The controller that reports it.
        .reportingInstance: Which instance of the controller.
        EventSource: Who reports an event.
        .component: The program.
        .host: The node.
        EventSeries: A row of equal events.
        .count: How many.
        .lastObservedTime: When the last one was.
        LimitRange: Bounds and defaults for the resources of single objects of a namespace.
        LimitRangeSpec: The bounds.
        .limits: For each type of object.
        LimitRangeItem: Bounds for one type of object.
        .type: Container, Pod or PersistentVolumeClaim.
        .max: The most that may be used.
        .min: The least that must be asked for.
        .default: The limit of containers that set none.
        .defaultRequest: The request of containers that set none.
        .maxLimitRequestRatio: How many times the request the limit may be.
        ResourceQuota: How much all objects of a namespace may use together.
        ResourceQuotaSpec: What may be used.
        .hard: The most of each resource.
        .scopes: Which objects count.
        .scopeSelector: Which objects count, as conditions.
        ResourceQuotaStatus: What is used.
        .hard: The most of each resource.
        .used: What is used of each resource.
        Binding: Puts a pod on a node.
        .target: The node.
        ObjectReference: An object.
        .kind: Its kind.
        .namespace: Its namespace.
        .name: Its name.
        .uid: Its uid.
        .apiVersion: Its version.
        .resourceVersion: Its resource version.
        .fieldPath: A part of it.
        LocalObjectReference: An object of the same namespace.
        .name: Its name.
        SecretReference: A Secret.
        .name: Its name.
        .namespace: Its namespace.
        ComponentStatus: The health of a part of the control plane; no longer kept up.
        """
}
