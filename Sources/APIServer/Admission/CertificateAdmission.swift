// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Certificates are approved and signed only by those who may do so for the signer, and nobody asks for the administrators' group.
///
/// - SeeAlso: Kubernetes' admission plugins `CertificateApproval`, `CertificateSigning` and `CertificateSubjectRestriction`.
struct CertificateAdmission: AdmissionPlugin {
    static let name = "CertificateApproval"
    private static let clientSigner = "kubernetes.io/kube-apiserver-client"

    /// nil lets everybody approve and sign: for servers without authorization.
    let authorizer: (any Authorizer)?

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        hooks.validate(CertificateSigningRequest.self) { request, old, context in
            switch context.subresource {
            case "": if context.operation == .create { try Self.checkSubject(request) }
            case "approval":
                try check("approve", old ?? request, context)
            case "status":
                guard let old else { return }
                let isSigning =
                    old.status.certificate != request.status.certificate
                    || old.status.conditions != request.status.conditions
                if isSigning { try check("sign", old, context) }
            default: break
            }
        }
    }

    private func check(_ verb: String, _ request: CertificateSigningRequest, _ context: WriteContext) throws {
        guard let authorizer else { return }
        let signer = request.spec.signerName
        let domain = signer.prefix { $0 != "/" }
        let isAllowed = [signer, "\(domain)/*"].contains { name in
            let attributes = AuthorizationAttributes(
                user: context.user, verb: verb, apiGroup: CertificateSigningRequest.group, resource: "signers",
                name: name)
            return authorizer.authorize(attributes).verdict == .allow
        }
        guard !isAllowed else { return }
        throw Self.refuse(
            request, "user not permitted to \(verb) requests with signerName \(GoText.quote(signer))")
    }

    private static func refuse(_ request: CertificateSigningRequest, _ text: String) -> APIStatusError {
        .forbidden(CertificateSigningRequest.resource, request.metadata.admissionName, text)
    }

    private static func checkSubject(_ request: CertificateSigningRequest) throws {
        guard request.spec.signerName == clientSigner else { return }
        let subject: CertificateSubject
        do {
            subject = try CertificateSubject(requestPEM: String(decoding: request.spec.request, as: UTF8.self))
        } catch {
            throw refuse(request, "failed to parse CSR: \(error)")
        }
        guard subject.organizations.contains("system:masters") else { return }
        throw refuse(request, "use of \(clientSigner) signer with system:masters group is not allowed")
    }
}
