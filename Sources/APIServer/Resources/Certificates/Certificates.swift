// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import SwiftASN1
import Wire
import X509

extension ResourceDefinition where Object == KubernetesAPI.CertificateSigningRequest {
    /// The specification never changes; who asked is set by the server; conditions are written by approval, the certificate by
    /// the signer.
    static var certificateSigningRequests: Self {
        Self().separatingStatus().with {
            let create = $0.prepareForCreate
            $0.prepareForCreate = { (object, context) throws(APIStatusError) in
                try create(&object, context)
                object.spec.username = context.user.name
                object.spec.uid = context.user.uid
                object.spec.groups = context.user.groups
                object.spec.extra = context.user.extra
            }
            $0.validate = { CertificateRequestRules.request($0) }
            $0.faces[""] = .init(prepare: { (new, old, _) throws(APIStatusError) in
                new.spec = old.spec
                new.status = old.status
            })
            $0.faces[""]?.fields = .dropping(["spec"], ["status"])
            $0.faces["status"] = .init(
                prepare: { (new, old, context) throws(APIStatusError) in
                    new.spec = old.spec
                    new.status.completeTimes(from: old.status, at: context.now)
                },
                validate: { CertificateRequestRules.certificate($0, replacing: $1) })
            $0.faces["status"]?.fields = .dropping(["spec"])
            $0.faces["approval"] = .init(
                prepare: { (new, old, context) throws(APIStatusError) in
                    new.status.completeTimes(from: old.status, at: context.now)
                    let conditions = new.status.conditions
                    new.spec = old.spec
                    new.status = old.status
                    new.status.conditions = conditions
                }, validate: { $0.validateApproval(from: $1) })
            $0.faces["approval"]?.fields = .dropping(["spec"], ["status", "certificate"])
        }
    }
}

extension CertificateSigningRequestStatus {
    /// Says when conditions were written and when they came about, where the writer did not.
    fileprivate mutating func completeTimes(from old: CertificateSigningRequestStatus, at now: Time) {
        for index in conditions.indices {
            if conditions[index].lastUpdateTime.isZero { conditions[index].lastUpdateTime = now }
            guard conditions[index].lastTransitionTime.isZero else { continue }
            let (type, status) = (conditions[index].type, conditions[index].status)
            let same = old.conditions.first { $0.type == type && $0.status == status && !$0.lastTransitionTime.isZero }
            conditions[index].lastTransitionTime = same?.lastTransitionTime ?? now
        }
    }
}

/// What only a look into the bytes of requests and certificates shows.
private enum CertificateRequestRules {
    /// The request must be one, and signed with the key that it names.
    static func request(_ object: KubernetesAPI.CertificateSigningRequest) -> [FieldError] {
        fault(object.spec.request).map { text in
            let shown = String(decoding: Base64.encode(object.spec.request), as: UTF8.self)
            return [.invalid(FieldPath("spec", "request"), shown.isEmpty ? .null : .string(shown), text)]
        } ?? []
    }

    private static func fault(_ pem: [UInt8]) -> String? {
        guard let block = PEMBlocks(pem).first, block.type == "CERTIFICATE REQUEST" else {
            return "PEM block type must be CERTIFICATE REQUEST"
        }
        guard let request = try? X509.CertificateSigningRequest(derEncoded: block.bytes) else {
            return "asn1: structure error: tags don't match"
        }
        return request.publicKey.isValidSignature(request.signature, for: request)
            ? nil : "x509: ECDSA verification failure"
    }

    /// A new certificate must be one in each of its blocks.
    static func certificate(
        _ new: KubernetesAPI.CertificateSigningRequest, replacing old: KubernetesAPI.CertificateSigningRequest
    ) -> [FieldError] {
        guard new.status.certificate != old.status.certificate else { return [] }
        let blocks = PEMBlocks(new.status.certificate)
        guard blocks.allSatisfy({ $0.type == "CERTIFICATE" && !$0.hasHeaders }),
            !blocks.allSatisfy({ (try? Certificate(derEncoded: $0.bytes)) != nil })
        else { return [] }
        return [.invalid(FieldPath("status", "certificate"), "<certificate data>", "x509: malformed certificate")]
    }
}
