// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import FoundationEssentials

extension ConnectionConfiguration {
    /// Where the kubelet puts the credentials of a pod's service account.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// How a program in a pod reaches the API server.
    ///
    /// - Throws: where this is not a pod with a service account.
    public static func inCluster(
        environment: [String: String], directory: String = serviceAccountDirectory
    ) throws(ConfigurationError) -> ConnectionConfiguration {
        guard
            let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else {
            throw ConfigurationError("not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set")
        }
        let address = host.contains(":") ? "[\(host)]" : host
        let tokenFile = "\(directory)/token"
        guard FileManager.default.isReadableFile(atPath: tokenFile) else {
            throw ConfigurationError("the service account token \(tokenFile) cannot be read")
        }
        let namespace = FileManager.default.contents(atPath: "\(directory)/namespace")
            .map { String(decoding: $0, as: UTF8.self) }
        return ConnectionConfiguration(
            server: "https://\(address):\(port)",
            certificateAuthority: FileManager.default.contents(atPath: "\(directory)/ca.crt").map { Array($0) },
            credential: .tokenFile(tokenFile), namespace: namespace ?? "default")
    }
}
