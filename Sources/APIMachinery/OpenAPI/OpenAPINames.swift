// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import SchemaModel

/// The names under which OpenAPI documents know the types, for example `io.k8s.api.core.v1.Pod`.
enum OpenAPINames {
    private static let machinery = "io.k8s.apimachinery.pkg."

    /// The types that the schemas do not describe by fields.
    static let special: [String: String] = [
        "Quantity": machinery + "api.resource.Quantity", "IntOrString": machinery + "util.intstr.IntOrString",
        "RawExtension": machinery + "runtime.RawExtension", "Time": machinery + "apis.meta.v1.Time",
        "MicroTime": machinery + "apis.meta.v1.MicroTime", "Duration": machinery + "apis.meta.v1.Duration",
        "FieldsV1": machinery + "apis.meta.v1.FieldsV1",
    ]

    /// The name of a type of a document (`core/v1`).
    static func name(_ type: String, document: String) -> String {
        let parts = document.split(separator: "/")
        guard parts.count == 2 else { return type }
        let (group, version) = (parts[0], parts[1])
        switch group {
        case "meta": return machinery + "apis.meta.\(version).\(type)"
        case "apiextensions.k8s.io": return "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.\(version).\(type)"
        case "apiregistration.k8s.io": return "io.k8s.kube-aggregator.pkg.apis.apiregistration.\(version).\(type)"
        default: return "io.k8s.api.\(group.split(separator: ".")[0]).\(version).\(type)"
        }
    }
}
