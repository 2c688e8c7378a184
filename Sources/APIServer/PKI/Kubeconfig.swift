// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// A kubeconfig file for one cluster and one user with a client certificate, everything inside the file.
///
/// - SeeAlso: `Config` of Kubernetes' `k8s.io/client-go/tools/clientcmd/api/v1`.
package struct Kubeconfig: Sendable {
    /// The URL of the API server.
    package var server: String
    /// PEM.
    package var authority: [UInt8]
    package var user: String
    /// PEM.
    package var certificate: [UInt8]
    /// PEM.
    package var privateKey: [UInt8]

    package init(server: String, authority: [UInt8], user: String, certificate: [UInt8], privateKey: [UInt8]) {
        self.server = server
        self.authority = authority
        self.user = user
        self.certificate = certificate
        self.privateKey = privateKey
    }

    package var yaml: [UInt8] {
        let text = """
            apiVersion: v1
            kind: Config
            clusters:
            - name: martlet
              cluster:
                server: \(FailureStatus.quote(server))
                certificate-authority-data: \(Base64URL.encodeCommon(authority))
            users:
            - name: \(FailureStatus.quote(user))
              user:
                client-certificate-data: \(Base64URL.encodeCommon(certificate))
                client-key-data: \(Base64URL.encodeCommon(privateKey))
            contexts:
            - name: martlet
              context:
                cluster: martlet
                user: \(FailureStatus.quote(user))
            current-context: martlet

            """
        return Array(text.utf8)
    }
}
