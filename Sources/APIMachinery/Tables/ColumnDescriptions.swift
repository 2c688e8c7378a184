// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What the `description` of a Table's column says, in the words of this project.
enum ColumnDescriptions {
    /// The words for a column of a kind: its own ones, else those of every column of that name.
    static func text(kind: String, column: String) -> String {
        own[kind]?[column] ?? common[column] ?? ""
    }

    /// Columns that mean the same wherever they stand.
    private static let common: [String: String] = [
        "Name": "Identifies the object among those of its kind and namespace; it stays the same for the object's life.",
        "Age": "How long ago the object was created.",
        "Created At": "When the object was created.",
        "Containers": "The names of the containers of the pod template.",
        "Images": "The images of the containers of the pod template.",
        "Selector": "The labels by which the pods are found.",
        "Desired": "How many pods are asked for.",
        "Current": "How many pods there are.",
        "Ready": "How many pods are ready.",
        "Up-to-date": "How many pods are made from the newest template.",
        "Available": "How many pods have been ready for long enough to count on.",
        "Users": "The users that the role is given to.",
        "Groups": "The groups that the role is given to.",
        "ServiceAccounts": "The service accounts that the role is given to, with their namespaces.",
        "Role": "The role that is given.",
        "Access Modes": "From how many nodes and pods, and how, the volume can be used.",
        "StorageClass": "The class that the storage is of.",
        "VolumeAttributesClass": "The class that sets the changeable attributes of the volume.",
        "VolumeMode": "Whether the volume is a file system or a bare block device.",
        "Webhooks": "How many webhooks the configuration has.",
        "ParamKind": "The kind of object that parameters of the policy come from.",
        "PolicyName": "The policy that is bound.",
        "ParamRef": "Where the parameters of the policy come from.",
        "Last Seen": "How long ago the event happened last.",
        "First Seen": "How long ago the event happened first.",
        "Reason": "Why, in one word.",
        "Message": "What happened, for people.",
        "Count": "How often the event happened.",
        "Object": "What the event is about.",
        "Subobject": "The part of the object that the event is about.",
        "Source": "Who reported the event.",
    ]

    private static let own: [String: [String: String]] = [
        "Pod": pod, "Service": service, "Node": node, "PersistentVolume": persistentVolume, "Job": job,
        "CronJob": cronJob, "CSIDriver": driver, "FlowSchema": flowSchema, "PriorityLevelConfiguration": priorityLevel,
        "HorizontalPodAutoscaler": autoscaler, "CertificateSigningRequest": signingRequest,
        "ConfigMap": ["Data": "How many keys the object holds."],
        "Secret": ["Type": "What the secret is for.", "Data": "How many keys the object holds."],
        "Namespace": ["Status": "Whether the namespace is in use or on its way out."],
        "Event": ["Type": "Normal or Warning."],
        "Endpoints": ["Endpoints": "The first addresses and ports behind the service."],
        "EndpointSlice": [
            "AddressType": "Whether the endpoints are IPv4 or IPv6 addresses or domain names.",
            "Ports": "The ports that all endpoints of the slice listen on.", "Endpoints": "The first addresses.",
        ],
        "ComponentStatus": ["Status": "Whether the component is well.", "Error": "What is wrong with the component."],
        "PersistentVolumeClaim": [
            "Status": "Whether the claim waits, is bound or has lost its volume.",
            "Volume": "The volume that the claim is bound to.", "Capacity": "The size of that volume.",
        ],
        "PodTemplate": ["Pod Labels": "The labels that pods made from the template get."],
        "ResourceQuota": [
            "Request": "What is asked for of each resource, and how much may be.",
            "Limit": "What the limits add up to for each resource, and how much they may.",
        ],
        "APIService": [
            "Service": "The service that serves the group version; Local where this server does.",
            "Available": "Whether the group version can be reached.",
        ],
        "ControllerRevision": [
            "Controller": "The object whose past the revision is.", "Revision": "The number of the revision.",
        ],
        "DaemonSet": ["Node Selector": "The labels of the nodes that get a pod."],
        "Deployment": ["Ready": "How many pods are ready, of how many that are asked for."],
        "StatefulSet": ["Ready": "How many pods are ready, of how many that are asked for."],
        "IngressClass": [
            "Controller": "Who serves ingresses of the class.", "Parameters": "The object with further settings.",
        ],
        "Ingress": [
            "Class": "The class that says who serves the ingress.", "Hosts": "The names that requests are routed by.",
            "Address": "Where the ingress can be reached.", "Ports": "The ports it listens on.",
        ],
        "IPAddress": ["ParentRef": "The object that uses the address."],
        "NetworkPolicy": ["Pod-Selector": "The pods that the policy is for."],
        "ServiceCIDR": ["CIDRs": "The ranges that addresses of services are taken from."],
        "PodDisruptionBudget": [
            "Min Available": "How many pods must stay available.",
            "Max Unavailable": "How many pods may be unavailable at once.",
            "Allowed Disruptions": "How many pods may be evicted now.",
        ],
        "CSINode": ["Drivers": "How many storage drivers run on the node."],
        "StorageClass": [
            "Provisioner": "Who makes the volumes.", "ReclaimPolicy": "What becomes of a volume that is given back.",
            "VolumeBindingMode": "Whether a volume is made at once or for the first pod that needs it.",
            "AllowVolumeExpansion": "Whether volumes can grow.",
        ],
        "VolumeAttachment": [
            "Attacher": "The driver that attaches the volume.", "PV": "The volume.", "Node": "The node it is for.",
            "Attached": "Whether the node has the volume.",
        ],
        "VolumeAttributesClass": ["DriverName": "The storage driver that the class is for."],
        "MutatingAdmissionPolicy": ["Mutations": "How many changes the policy makes."],
        "ValidatingAdmissionPolicy": ["Validations": "How many rules the policy has."],
        "PriorityClass": [
            "Value": "The priority; of two pods the one with the greater number comes first.",
            "Global-Default": "Whether pods without a class are of this one.",
            "PreemptionPolicy": "Whether pods of the class may push others aside.",
        ],
        "Lease": ["Holder": "Who holds the lease."],
        "RuntimeClass": ["Handler": "What the container runtime calls the way of running."],
        "ResourceClaim": ["State": "How far the claim has come."],
        "ResourceSlice": [
            "Node": "The node that has the devices.", "Driver": "The driver that offers them.",
            "Pool": "The pool that the slice is a part of.",
        ],
        "Scale": ["Available": "How many pods there are."],
    ]

    private static let pod = [
        "Ready": "How many containers are ready, of how many there are.",
        "Status": "What the pod does, in one word.",
        "Restarts": "How often containers were started again, and when that was last.",
        "IP": "The address of the pod.",
        "Node": "The node that the pod is on.",
        "Nominated Node": "The node that is being cleared for the pod.",
        "Readiness Gates": "How many of the further conditions for being ready hold.",
    ]
    private static let service = [
        "Type": "How the service can be reached.",
        "Cluster-IP": "The address inside the cluster.",
        "External-IP": "The addresses outside the cluster.",
        "Port(s)": "The ports, with those of the nodes where there are some.",
        "Selector": "The labels of the pods behind the service.",
    ]
    private static let node = [
        "Status": "Whether the node is ready, and whether pods are kept away from it.",
        "Roles": "What the node is for, from its labels.",
        "Version": "The version of the node's agent.",
        "Internal-IP": "The address for the rest of the cluster.",
        "External-IP": "The address for everybody else.",
        "OS-Image": "The operating system.",
        "Kernel-Version": "The version of the kernel.",
        "Container-Runtime": "What runs containers, and its version.",
    ]
    private static let persistentVolume = [
        "Capacity": "The size of the volume.",
        "Reclaim Policy": "What becomes of the volume when its claim is gone.",
        "Status": "Whether the volume is free, bound or given back.",
        "Claim": "The claim that has the volume.",
        "Reason": "Why the volume is in this state.",
    ]
    private static let job = [
        "Status": "Whether the job runs, waits, has failed or is done.",
        "Completions": "How many pods have succeeded, of how many that should.",
        "Duration": "How long the job took, or has been running.",
    ]
    private static let cronJob = [
        "Schedule": "When jobs are made.",
        "Timezone": "The time zone that the schedule is in.",
        "Suspend": "Whether no jobs are made for now.",
        "Active": "How many jobs run.",
        "Last Schedule": "How long ago a job was made last.",
    ]
    private static let driver = [
        "AttachRequired": "Whether volumes are attached to a node before they can be mounted.",
        "PodInfoOnMount": "Whether the driver is told about the pod when it mounts a volume.",
        "StorageCapacity": "Whether pods are scheduled by the capacity that the driver reports.",
        "TokenRequests": "The audiences of the tokens that the driver gets.",
        "RequiresRepublish": "Whether mounts are renewed from time to time.",
        "Modes": "Whether volumes are lasting ones, made for one pod, or both.",
    ]
    private static let flowSchema = [
        "PriorityLevel": "The level that requests of the schema are of.",
        "MatchingPrecedence": "Of the schemas that match a request the one with the lowest number is used.",
        "DistinguisherMethod": "By what requests of the schema are told apart to be treated alike.",
        "MissingPL": "Whether the level that the schema names does not exist.",
    ]
    private static let priorityLevel = [
        "Type": "Whether requests of the level are limited.",
        "NominalConcurrencyShares": "The level's share of the requests that are served at once.",
        "Queues": "How many queues waiting requests are spread over.",
        "HandSize": "How many queues each flow may use.",
        "QueueLengthLimit": "How many requests may wait in a queue.",
    ]
    private static let autoscaler = [
        "Reference": "What is scaled.",
        "Targets": "The metrics: what they are now and what they should be.",
        "MinPods": "The least number of pods.",
        "MaxPods": "The greatest number of pods.",
        "Replicas": "How many pods there are now.",
    ]
    private static let signingRequest = [
        "SignerName": "Who is asked to sign.",
        "Requestor": "Who asks.",
        "RequestedDuration": "How long the certificate should be valid.",
        "Condition": "What was decided, and whether there is a certificate.",
    ]
}
