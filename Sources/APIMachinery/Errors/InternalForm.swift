// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import SchemaModel
public import Wire

/// Values as error messages of Kubernetes show them: its validation works on types of its own, which have no JSON names, so that a
/// structure comes out with Go's field names and with every absent field.
///
/// Types of `meta/v1` are the same inside and outside, and keep their JSON form.
public enum InternalForm {
    /// The internal form of a value.
    ///
    /// - Parameter type: the full name of the type, for example `storage.k8s.io/v1.VolumeAttachmentSpec`.
    public static func json(_ value: some WireValue, _ type: String) -> JSONValue {
        structure(JSONValue(encoding: value), type)
    }

    /// The internal form of a list of values.
    public static func json(_ values: [some WireValue], _ type: String) -> JSONValue {
        .array(values.map { json($0, type) })
    }

    /// The internal form of a value that is given as its JSON.
    public static func json(_ value: JSONValue, type: String) -> JSONValue { structure(value, type) }

    private static func structure(_ value: JSONValue?, _ name: String) -> JSONValue {
        guard !name.hasPrefix("meta/v1."), let type = ResolvedSchema.shared.type(name) else {
            return value ?? .object([:])
        }
        var result = JSONObject()
        let exceptions = InternalNames.fields[type.schema.name] ?? [:]
        for field in ordered(type) {
            let inner = value?[field.name]
            if field.shape == .structure("meta/v1.ObjectMeta") {
                // embedded: its fields stand in the object itself
                for (key, value) in inner?.objectValue ?? [:] { result[key] = value }
                continue
            }
            result[exceptions[field.name] ?? InternalNames.plain(field.name)] = shown(inner, field)
        }
        return .object(name == "core/v1.PodSpec" ? podSpec(result) : result)
    }

    /// Inside, what a pod shares with its host is part of the security context, and the old name of the service account is gone.
    private static func podSpec(_ spec: JSONObject) -> JSONObject {
        var spec = spec
        var context = JSONObject()
        for name in ["HostNetwork", "HostPID", "HostIPC", "ShareProcessNamespace", "HostUsers"] {
            context[name] = spec.removeValue(forKey: name) ?? .null
        }
        for (name, value) in spec["SecurityContext"]?.objectValue ?? [:] { context[name] = value }
        spec["SecurityContext"] = .object(context)
        spec.removeValue(forKey: "ServiceAccount")
        return spec
    }

    private static func ordered(_ type: ResolvedType) -> [ResolvedField] {
        guard let order = InternalNames.order[type.schema.name] else { return type.fields }
        let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        let sorted = type.fields.enumerated().sorted { left, right in
            (rank[left.element.name] ?? order.count + left.offset)
                < (rank[right.element.name] ?? order.count + right.offset)
        }
        return sorted.map(\.element)
    }

    private static func shown(_ value: JSONValue?, _ field: ResolvedField) -> JSONValue {
        guard let value, value != .null else { return field.isPointer ? .null : zero(field.shape) }
        return shown(value, field.shape)
    }

    private static func shown(_ value: JSONValue, _ shape: ResolvedShape) -> JSONValue {
        switch shape {
        case .structure(let name): structure(value, name)
        case .list(let item): .array((value.arrayValue ?? []).map { shown($0, item) })
        case .map(let item):
            .object(JSONObject((value.objectValue ?? [:]).sortedByKey().map { ($0.key, shown($0.value, item)) }))
        case .special("JSONSchemaPropsOrArray"): schemas(value)
        case .special("JSONSchemaPropsOrBool"): schemaOrBool(value)
        default: value
        }
    }

    private static let schemaType = "apiextensions.k8s.io/v1.JSONSchemaProps"

    private static func schemas(_ value: JSONValue) -> JSONValue {
        if let list = value.arrayValue {
            return ["Schema": .null, "JSONSchemas": .array(list.map { structure($0, schemaType) })]
        }
        return ["Schema": structure(value, schemaType), "JSONSchemas": .null]
    }

    private static func schemaOrBool(_ value: JSONValue) -> JSONValue {
        if case .bool(let allows) = value { return ["Allows": .bool(allows), "Schema": .null] }
        return ["Allows": true, "Schema": structure(value, schemaType)]
    }

    /// What an absent field holds.
    private static func zero(_ shape: ResolvedShape) -> JSONValue {
        switch shape {
        case .string: ""
        case .int32, .int64, .double: .int(0)
        case .bool: false
        case .structure(let name): structure(nil, name)
        case .special("Quantity"): "0"
        case .special("IntOrString"): .int(0)
        case .special("Duration"): "0s"
        default: .null
        }
    }
}

/// Names of fields in Go, where they are not the JSON names with a capital.
private enum InternalNames {
    static func plain(_ name: String) -> String {
        if let known = words[name] { return known }
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    private static let words: [String: String] = [
        "apiGroup": "APIGroup", "apiGroups": "APIGroups", "apiVersion": "APIVersion", "apiVersions": "APIVersions",
        "awsElasticBlockStore": "AWSElasticBlockStore", "caBundle": "CABundle", "cel": "CEL", "cephfs": "CephFS",
        "chapAuthDiscovery": "DiscoveryCHAPAuth", "chapAuthSession": "SessionCHAPAuth", "cidrs": "CIDRs", "csi": "CSI",
        "dnsConfig": "DNSConfig", "dnsPolicy": "DNSPolicy", "fc": "FC", "fsGroup": "FSGroup",
        "fsGroupChangePolicy": "FSGroupChangePolicy",
        "fsType": "FSType", "gcePersistentDisk": "GCEPersistentDisk", "gmsaCredentialSpec": "GMSACredentialSpec",
        "gmsaCredentialSpecName": "GMSACredentialSpecName", "grpc": "GRPC", "httpGet": "HTTPGet",
        "httpHeaders": "HTTPHeaders", "id": "ID", "ip": "IP", "ips": "IPs", "iqn": "IQN",
        "iscsi": "ISCSI", "iscsiInterface": "ISCSIInterface", "nfs": "NFS", "os": "OS", "pdName": "PDName",
        "rbd": "RBD", "seLinuxChangePolicy": "SELinuxChangePolicy", "seLinuxMount": "SELinuxMount",
        "seLinuxOptions": "SELinuxOptions", "sslEnabled": "SSLEnabled",
        "storageos": "StorageOS", "tcpSocket": "TCPSocket", "tty": "TTY", "uid": "UID", "url": "URL", "wwids": "WWIDs",
    ]

    /// By type and JSON name.
    static let fields: [String: [String: String]] = [
        "AzureDiskVolumeSource": ["diskURI": "DataDiskURI"],
        "DeviceAttribute": [
            "int": "IntValue", "bool": "BoolValue", "string": "StringValue", "version": "VersionValue",
            "ints": "IntValues", "bools": "BoolValues", "strings": "StringValues", "versions": "VersionValues",
        ],
        "JSONSchemaProps": [
            "$schema": "Schema", "$ref": "Ref",
            "x-kubernetes-preserve-unknown-fields": "XPreserveUnknownFields",
            "x-kubernetes-embedded-resource": "XEmbeddedResource", "x-kubernetes-int-or-string": "XIntOrString",
            "x-kubernetes-list-map-keys": "XListMapKeys", "x-kubernetes-list-type": "XListType",
            "x-kubernetes-map-type": "XMapType", "x-kubernetes-validations": "XValidations",
        ],
        "GlusterfsVolumeSource": ["endpoints": "EndpointsName"],
        "RBDPersistentVolumeSource": [
            "monitors": "CephMonitors", "image": "RBDImage", "pool": "RBDPool", "user": "RadosUser",
        ],
        "RBDVolumeSource": ["monitors": "CephMonitors", "image": "RBDImage", "pool": "RBDPool", "user": "RadosUser"],
    ]

    /// The order of fields by type, where it is not that of the served version; what is not named comes last.
    static let order: [String: [String]] = [
        "JSONSchemaProps": ["id", "$schema", "$ref", "description", "type", "nullable"],
        "PersistentVolumeSource": ["gcePersistentDisk", "awsElasticBlockStore", "hostPath"],
        "PodSecurityContext": [
            "seLinuxOptions", "windowsOptions", "runAsUser", "runAsGroup", "runAsNonRoot", "supplementalGroups",
            "supplementalGroupsPolicy", "fsGroup", "fsGroupChangePolicy",
        ],
        "PodSpec": [
            "volumes", "initContainers", "containers", "ephemeralContainers", "restartPolicy",
            "terminationGracePeriodSeconds", "activeDeadlineSeconds", "dnsPolicy", "nodeSelector",
            "serviceAccountName", "automountServiceAccountToken", "nodeName", "securityContext", "imagePullSecrets",
            "hostname", "subdomain", "setHostnameAsFQDN", "affinity", "schedulerName", "tolerations", "hostAliases",
            "priorityClassName", "priority", "preemptionPolicy", "dnsConfig", "readinessGates", "runtimeClassName",
            "overhead", "enableServiceLinks", "topologySpreadConstraints", "os", "schedulingGates", "resourceClaims",
            "resources", "hostnameOverride", "schedulingGroup",
        ],
        "VolumeSource": [
            "hostPath", "emptyDir", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "secret", "nfs", "iscsi",
            "glusterfs", "persistentVolumeClaim", "rbd", "quobyte",
        ],
    ]
}
