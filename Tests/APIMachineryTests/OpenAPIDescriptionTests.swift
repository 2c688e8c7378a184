// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import SchemaModel
import Testing
import Wire

@testable import APIMachinery

struct OpenAPIDescriptionTests {
    private static func definitions() throws -> JSONObject {
        let document = try JSONValue.parse(OpenAPIDocuments(ResourceInfo.all, version: "v1.36.2").version2())
        return try #require(document["definitions"]?.objectValue)
    }

    @Test("every kind that is served has words of its own, and so has every column of its table")
    func kinds() throws {
        let definitions = try Self.definitions()
        for info in ResourceInfo.all {
            let document = "\(info.group.isEmpty ? "core" : info.group)/\(info.version)"
            let name = OpenAPINames.name(info.kind, document: document)
            let words = definitions[name]?["description"]?.stringValue ?? ""
            #expect(!words.isEmpty && !words.hasSuffix(" of \(document)."), "\(name)")
        }
        for info in ResourceInfo.all {
            let type = KindTable.type(apiVersion: info.apiVersion, kind: info.kind)
            guard let kind = type as? any TableRowProviding.Type else { continue }
            for column in TableForm.columnDefinitions(of: kind).arrayValue ?? [] {
                #expect(column["description"]?.stringValue?.isEmpty == false, "\(kind) \(column)")
            }
        }
    }

    @Test(
        "the fields that users write most have words of their own",
        arguments: [
            "core/v1.PodSpec", "core/v1.Container", "core/v1.Probe", "core/v1.ServiceSpec", "core/v1.ServicePort",
            "core/v1.ConfigMap", "core/v1.Secret", "core/v1.PersistentVolumeClaimSpec", "core/v1.SecurityContext",
            "core/v1.PodSecurityContext", "core/v1.VolumeMount", "core/v1.EnvVar", "core/v1.EnvVarSource",
            "core/v1.HTTPGetAction", "core/v1.ResourceRequirements", "core/v1.Toleration", "core/v1.PodAffinityTerm",
            "core/v1.TopologySpreadConstraint", "core/v1.PersistentVolumeSpec", "apps/v1.DeploymentSpec",
            "apps/v1.DeploymentStrategy", "apps/v1.RollingUpdateDeployment", "apps/v1.StatefulSetSpec",
            "apps/v1.DaemonSetSpec", "apps/v1.ReplicaSetSpec", "batch/v1.JobSpec", "batch/v1.CronJobSpec",
            "networking.k8s.io/v1.IngressSpec", "networking.k8s.io/v1.HTTPIngressPath",
            "networking.k8s.io/v1.NetworkPolicySpec", "rbac.authorization.k8s.io/v1.PolicyRule",
            "rbac.authorization.k8s.io/v1.RoleBinding", "rbac.authorization.k8s.io/v1.Subject",
            "storage.k8s.io/v1.StorageClass", "autoscaling/v2.HorizontalPodAutoscalerSpec",
            "policy/v1.PodDisruptionBudgetSpec", "meta/v1.ObjectMeta", "meta/v1.LabelSelector",
        ])
    func fields(_ name: String) throws {
        let type = try #require(ResolvedSchema.shared.type(name))
        for field in type.schema.fields where !field.isInline {
            let words = SchemaDescriptions.field(field.name, of: type.schema.name, document: type.documentKey)
            #expect(!words.isEmpty, "\(name).\(field.name)")
        }
    }

    @Test("the texts name types and fields that exist")
    func texts() {
        for source in SchemaTexts.all {
            var texts: [String: String] = [:]
            SchemaTexts.read(source, into: &texts)
            for name in texts.keys {
                let parts = name.split(separator: "/")
                let words = parts.last?.split(separator: ".") ?? []
                guard words.count >= 2, let group = parts.first else {
                    Issue.record("\(name) is no name")
                    continue
                }
                let type = ResolvedSchema.shared.type("\(group)/\(words[0]).\(words[1])")
                #expect(type != nil, "\(name)")
                if words.count == 3 {
                    #expect(type?.schema.fields.contains { $0.name == words[2] } == true, "\(name)")
                }
            }
        }
    }

    @Test("the hash in the index is that of the document, and changes with it")
    func hashes() throws {
        let documents = OpenAPIDocuments(ResourceInfo.all, version: "v1.36.2")
        let other = OpenAPIDocuments(ResourceInfo.all, version: "v1.36.3")
        let index = try JSONValue.parse(documents.index())
        let hash = try #require(documents.hash(of: "api/v1"))
        #expect(
            index["paths"]?["api/v1"]?["serverRelativeURL"]?.stringValue == "/openapi/v3/api/v1?hash=\(hash)")
        #expect(hash.count == 128 && hash != other.hash(of: "api/v1"))
        #expect(documents.hash(of: "nope") == nil)
    }
}
