// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension SchemaTexts {
    /// The other groups, and what all share.
    static let groups = """
        # networking.k8s.io/v1
        Ingress: Routes requests from outside to Services by host and path.
        IngressSpec: What is routed where.
        .ingressClassName: The class that says who serves it.
        .defaultBackend: Where requests go that no rule is for.
        .tls: For which names there is TLS.
        .rules: What is routed where.
        IngressRule: The routes of a host.
        .host: The host; every host if not set.
        IngressRuleValue: The routes of a rule.
        .http: The routes of HTTP.
        HTTPIngressRuleValue: The routes of HTTP.
        .paths: The paths.
        HTTPIngressPath: The route of a path.
        .path: The path.
        .pathType: How paths are compared: Exact, Prefix or ImplementationSpecific.
        .backend: Where requests go.
        IngressBackend: Where requests go.
        .service: A Service.
        .resource: Another object.
        IngressServiceBackend: A Service and its port.
        .name: The Service.
        .port: Its port.
        ServiceBackendPort: A port of a Service.
        .name: Its name.
        .number: Its number.
        IngressTLS: TLS for some names.
        .hosts: The names.
        .secretName: The Secret with certificate and key.
        IngressStatus: What was observed of an ingress last.
        .loadBalancer: Where it can be reached.
        IngressClass: Who serves ingresses.
        IngressClassSpec: Who serves ingresses.
        .controller: The controller.
        .parameters: An object with further settings.
        NetworkPolicy: Says which traffic pods may receive and send.
        NetworkPolicySpec: For which pods, and what.
        .podSelector: Labels of the pods; all pods of the namespace if empty.
        .ingress: What they may receive.
        .egress: What they may send.
        .policyTypes: Ingress, Egress or both.
        NetworkPolicyIngressRule: What pods may receive.
        .from: From whom; everybody if not set.
        .ports: On which ports; all if not set.
        NetworkPolicyEgressRule: What pods may send.
        .to: To whom; everybody if not set.
        .ports: To which ports; all if not set.
        NetworkPolicyPeer: Somebody on the other side.
        .podSelector: Labels of pods.
        .namespaceSelector: Labels of namespaces.
        .ipBlock: A range of addresses.
        NetworkPolicyPort: A port.
        .port: The number or the name.
        .endPort: The last port of a range.
        .protocol: TCP, UDP or SCTP.
        IPBlock: A range of addresses.
        .cidr: The range.
        .except: Parts of it that are left out.
        IPAddress: An address that is in use.
        IPAddressSpec: Who uses an address.
        .parentRef: The object that uses it.
        ServiceCIDR: Ranges that addresses of Services are taken from.
        ServiceCIDRSpec: The ranges.
        .cidrs: At most one of each family.
        # rbac.authorization.k8s.io/v1
        Role: Rights inside a namespace.
        .rules: The rights.
        ClusterRole: Rights for the whole cluster, or to be given inside namespaces.
        .rules: The rights.
        .aggregationRule: Which other roles' rights it takes over.
        PolicyRule: Some rights.
        .verbs: What may be done, for example get, list, create; * for everything.
        .apiGroups: The groups of the resources; the empty string is the core group.
        .resources: The resources; a subresource after a slash.
        .resourceNames: Only objects with these names.
        .nonResourceURLs: Paths that are not about resources.
        RoleBinding: Gives a role to somebody inside a namespace.
        .subjects: Who gets it.
        .roleRef: The role; it cannot be changed.
        ClusterRoleBinding: Gives a role to somebody for the whole cluster.
        .subjects: Who gets it.
        .roleRef: The role; it cannot be changed.
        Subject: Somebody who gets a role.
        .kind: User, Group or ServiceAccount.
        .name: The name.
        .namespace: The namespace of a ServiceAccount.
        .apiGroup: rbac.authorization.k8s.io for users and groups, empty for ServiceAccounts.
        RoleRef: A role.
        .kind: Role or ClusterRole.
        .name: The name.
        .apiGroup: rbac.authorization.k8s.io.
        AggregationRule: Which other roles' rights are taken over.
        .clusterRoleSelectors: Labels of the roles.
        # storage.k8s.io/v1
        StorageClass: A kind of storage that can be asked for.
        .provisioner: Who makes the volumes.
        .parameters: Settings for whoever makes them.
        .reclaimPolicy: What becomes of volumes whose claim is gone: Delete or Retain.
        .mountOptions: Options of mount.
        .allowVolumeExpansion: Whether volumes can grow.
        .volumeBindingMode: Immediate, or WaitForFirstConsumer to wait for a pod.
        .allowedTopologies: Where volumes may be made.
        VolumeAttachment: Says that a volume is to be attached to a node.
        CSIDriver: A storage driver.
        CSIDriverSpec: What a storage driver needs and can do.
        .attachRequired: Whether volumes are attached before they are mounted.
        .podInfoOnMount: Whether the driver is told about the pod.
        .volumeLifecycleModes: Persistent, Ephemeral or both.
        .storageCapacity: Whether pods are placed by the capacity that the driver reports.
        .fsGroupPolicy: Whether groups of files may be changed.
        .tokenRequests: The tokens that the driver gets.
        .requiresRepublish: Whether mounts are renewed from time to time.
        .seLinuxMount: Whether volumes can be mounted with a label of SELinux.
        CSINode: The storage drivers of a node.
        CSINodeSpec: The storage drivers of a node.
        .drivers: The drivers.
        CSIStorageCapacity: How much storage there is somewhere.
        VolumeAttributesClass: Attributes of volumes that can be changed.
        .driverName: The driver.
        .parameters: The attributes.
        # discovery.k8s.io/v1
        EndpointSlice: A part of the addresses behind a Service.
        .addressType: IPv4, IPv6 or FQDN.
        .endpoints: The addresses.
        .ports: The ports that all of them have.
        Endpoint: Some addresses of one pod or machine.
        .addresses: The addresses.
        .conditions: Whether they are ready.
        .hostname: The host name.
        .targetRef: The object that has them.
        .nodeName: The node they are on.
        .zone: The zone they are in.
        .hints: For whom they are meant.
        # node.k8s.io/v1
        RuntimeClass: A way of running containers.
        .handler: What the container runtime calls it.
        .overhead: What it costs.
        .scheduling: Which nodes know it.
        # admissionregistration.k8s.io/v1
        ValidatingWebhookConfiguration: Services that are asked before objects are accepted.
        .webhooks: The services.
        MutatingWebhookConfiguration: Services that may change objects before they are accepted.
        .webhooks: The services.
        ValidatingAdmissionPolicy: Rules that objects must follow.
        ValidatingAdmissionPolicyBinding: Says where a policy counts.
        MutatingAdmissionPolicy: Changes that are made to objects.
        MutatingAdmissionPolicyBinding: Says where a policy counts.
        # apiextensions.k8s.io/v1
        CustomResourceDefinition: A kind of object that is not built in.
        CustomResourceDefinitionSpec: What the kind looks like.
        .group: The group of the kind.
        .names: Its names.
        .scope: Namespaced or Cluster.
        .versions: Its versions.
        .conversion: How one version is made from another.
        # apiregistration.k8s.io/v1
        APIService: Says who serves a group version.
        # authentication.k8s.io/v1
        TokenReview: Asks whose a token is.
        TokenRequest: Asks for a token of a ServiceAccount.
        SelfSubjectReview: Asks who the asker is.
        # authorization.k8s.io/v1
        SubjectAccessReview: Asks whether somebody may do something.
        SelfSubjectAccessReview: Asks whether the asker may do something.
        LocalSubjectAccessReview: Asks whether somebody may do something in a namespace.
        SelfSubjectRulesReview: Asks what the asker may do in a namespace.
        # certificates.k8s.io/v1
        CertificateSigningRequest: Asks for a certificate.
        CertificateSigningRequestSpec: What certificate is asked for.
        .request: The request in PEM.
        .signerName: Who is to sign.
        .usages: What the certificate may be used for.
        .expirationSeconds: How many seconds it should be valid.
        CertificateSigningRequestStatus: What became of a request.
        .certificate: The certificate in PEM.
        # events.k8s.io/v1
        Event: A report of something that happened to an object.
        .regarding: What it happened to.
        .note: What happened, for people.
        .reportingController: The controller that reports it.
        # flowcontrol.apiserver.k8s.io/v1
        FlowSchema: Says which requests are of which priority level.
        PriorityLevelConfiguration: How many requests of a level are served at once.
        # resource.k8s.io/v1
        DeviceClass: A kind of device.
        ResourceClaim: A request for devices.
        ResourceClaimTemplate: What claims for pods are made from.
        ResourceSlice: Devices that a driver offers.
        # meta/v1
        ObjectMeta: What every stored object has: names, labels, versions and owners.
        .name: The name, unique among objects of the kind in the namespace.
        .generateName: What a name begins with that the server makes.
        .namespace: The namespace that the object is in.
        .uid: The identity of the object; made by the server and never used again.
        .resourceVersion: The version of the object; it changes with every write.
        .generation: Counts the changes of what is wanted.
        .creationTimestamp: When the object was made.
        .deletionTimestamp: When the object goes, or should have gone; set by the server.
        .deletionGracePeriodSeconds: How many seconds the object has to end in order.
        .labels: Keys and values by which objects can be selected.
        .annotations: Keys and values for tools and people.
        .ownerReferences: The objects that this one belongs to; when they are gone it goes too.
        .finalizers: What has to be done before the object can go.
        .managedFields: Who set which fields.
        .selfLink: No longer used.
        ListMeta: What every list has.
        .resourceVersion: The version that the list is of.
        .continue: Where the next page begins.
        .remainingItemCount: How many objects the next pages have.
        OwnerReference: An object that owns another.
        .apiVersion: The version of the owner.
        .kind: The kind of the owner.
        .name: The name of the owner.
        .uid: The uid of the owner.
        .controller: Whether the owner is the one that looks after the object.
        .blockOwnerDeletion: Whether the owner waits for the object when both go.
        LabelSelector: Selects objects by their labels; all conditions must hold.
        .matchLabels: Labels that objects must have.
        .matchExpressions: Further conditions.
        LabelSelectorRequirement: A condition on a label.
        .key: The label.
        .operator: In, NotIn, Exists or DoesNotExist.
        .values: What to compare with.
        ManagedFieldsEntry: Which fields somebody set.
        .manager: Who set them.
        .operation: Apply or Update.
        .fieldsV1: The fields.
        .subresource: By way of which subresource.
        Condition: Something that holds or does not.
        DeleteOptions: How an object is to be deleted.
        .gracePeriodSeconds: How many seconds it has to end in order; 0 for at once.
        .propagationPolicy: What becomes of what belongs to it: Orphan, Background or Foreground.
        .preconditions: What must hold for it to be deleted.
        .dryRun: All changes nothing.
        Status: What became of a request.
        StatusDetails: More about what became of a request.
        StatusCause: One reason why a request failed.
        """
}
