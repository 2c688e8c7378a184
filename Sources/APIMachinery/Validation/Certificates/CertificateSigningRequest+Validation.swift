// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension CertificateSigningRequest: Validated {
    /// Nobody cares how a request is called.
    public static var nameRule: ObjectMetaRules.NameRule { ObjectMetaRules.pathSegmentName }

    private static let usages: Set<String> = [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment",
        "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel",
        "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime",
        "server auth", "signing", "timestamping",
    ]
    private static let leastExpiration: Int32 = 600
    private static let decisions = ["Approved", "Denied"]

    public func validateBody() -> [FieldError] { body(replacing: nil) }

    /// - Parameter old: what it had is let through.
    private func body(replacing old: CertificateSigningRequest?) -> [FieldError] {
        let path = FieldPath("spec")
        var errors = usageFaults(replacing: old, path.child("usages"))
        let signer = path.child("signerName")
        if spec.signerName == "kubernetes.io/legacy-unknown", old?.spec.signerName != spec.signerName {
            let text = "the legacy signerName is not allowed via this API version"
            errors.append(.invalid(signer, spec.signerName, text))
        } else {
            errors += SignerNameRules.validate(spec.signerName, signer)
        }
        if let seconds = spec.expirationSeconds, seconds < Self.leastExpiration {
            let text = "may not specify a duration less than 600 seconds (10 minutes)"
            errors.append(.invalid(path.child("expirationSeconds"), seconds, text))
        }
        errors += conditionFaults(replacing: old, FieldPath("status", "conditions"))
        if status.certificate != old?.status.certificate ?? [], let fault = certificateFault {
            errors.append(.invalid(FieldPath("status", "certificate"), "<certificate data>", fault))
        }
        return errors
    }

    private func usageFaults(replacing old: CertificateSigningRequest?, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if spec.usages.isEmpty { errors.append(.required(path)) }
        let before = old?.spec.usages ?? []
        if Self.usages.isSuperset(of: before) {
            for (index, usage) in spec.usages.enumerated() where !Self.usages.contains(usage) {
                errors.append(.notSupported(path.index(index), usage, Self.usages.sorted()))
            }
        }
        if Set(before).count == before.count {
            var seen: Set<String> = []
            for (index, usage) in spec.usages.enumerated() where !seen.insert(usage).inserted {
                errors.append(.duplicate(path.index(index), usage))
            }
        }
        return errors
    }

    private func conditionFaults(replacing old: CertificateSigningRequest?, _ path: FieldPath) -> [FieldError] {
        let before = (old?.status.conditions ?? []).map(\.type)
        let allowsBoth = Self.decisions.allSatisfy(before.contains)
        let allowsSame = Set(before).count != before.count
        let allowsEmpty = before.contains("")
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, condition) in status.conditions.enumerated() {
            let at = path.index(index)
            if condition.type.isEmpty, !allowsEmpty { errors.append(.required(at.child("type"))) }
            let isFinal = Self.decisions.contains(condition.type) || condition.type == "Failed"
            let known = isFinal ? ["True"] : ["False", "True", "Unknown"]
            let field = at.child("status")
            errors +=
                condition.status.isEmpty ? [.required(field)] : ValueRules.oneOf(condition.status, known, field)
            let isContrary = Self.decisions.contains { $0 != condition.type && seen.contains($0) }
            if !allowsBoth, Self.decisions.contains(condition.type), isContrary {
                let text = "Approved and Denied conditions are mutually exclusive"
                errors.append(.invalid(path, condition.type, text))
            }
            if !seen.insert(condition.type).inserted, !allowsSame {
                errors.append(.duplicate(at.child("type"), condition.type))
            }
        }
        return errors
    }

    private var certificateFault: String? {
        if status.certificate.isEmpty { return nil }
        var count = 0
        for block in PEMBlocks(status.certificate) {
            if block.type != "CERTIFICATE" {
                return "only CERTIFICATE PEM blocks are allowed, found " + GoText.quote(block.type)
            }
            if block.hasHeaders { return "no PEM block headers are permitted" }
            count += 1
        }
        return count == 0 ? "must contain at least one CERTIFICATE PEM block" : nil
    }

    // MARK: changes

    public func validateUpdate(from old: CertificateSigningRequest) -> [FieldError] {
        change(from: old, isApproval: false, isSigning: false)
    }

    public func validateStatus(from old: CertificateSigningRequest) -> [FieldError] {
        change(from: old, isApproval: false, isSigning: true)
    }

    /// The faults of an approval or denial.
    public func validateApproval(from old: CertificateSigningRequest) -> [FieldError] {
        change(from: old, isApproval: true, isSigning: false)
    }

    private func conditions(_ type: String) -> [CertificateSigningRequestCondition] {
        status.conditions.filter { $0.type == type }
    }

    private func change(from old: CertificateSigningRequest, isApproval: Bool, isSigning: Bool) -> [FieldError] {
        let path = FieldPath("status", "conditions")
        var errors = ObjectMetaRules.validate(metadata, isNamespaced: false, name: Self.nameRule)
        errors += body(replacing: old) + ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        for type in Self.decisions + ["Failed"] where conditions(type).count < old.conditions(type).count {
            let text = "updates may not remove a condition of type " + GoText.quote(type)
            errors.append(.forbidden(path, text))
        }
        if !isApproval { errors += Self.decisions.flatMap { decisionChange($0, from: old, path) } }
        let certificate = FieldPath("status", "certificate")
        if status.certificate != old.status.certificate {
            if !isSigning {
                errors.append(.forbidden(certificate, "updates may not set certificate content"))
            } else if !old.status.certificate.isEmpty {
                let text = "updates may not modify existing certificate content"
                errors.append(.forbidden(certificate, text))
            }
        }
        return errors
    }

    /// Only approval decides.
    private func decisionChange(
        _ type: String, from old: CertificateSigningRequest, _ path: FieldPath
    ) -> [FieldError] {
        let (new, before) = (conditions(type), old.conditions(type))
        if new.count > before.count {
            return [.forbidden(path, "updates may not add a condition of type " + GoText.quote(type))]
        }
        guard new.count == before.count, new != before else { return [] }
        let name = "certificates.k8s.io/v1.CertificateSigningRequestCondition"
        let diff = LineDiff.of(InternalForm.json(before, name), InternalForm.json(new, name))
        let text = "updates may not modify a condition of type \(GoText.quote(type))\n" + diff
        return [.forbidden(path, text)]
    }
}

/// The names of signers: `example.com/name`.
enum SignerNameRules {
    static func validate(_ name: String, _ path: FieldPath) -> [FieldError] {
        if name.isEmpty { return [.required(path)] }
        let segments = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard segments.count == 2 else {
            let text = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
            return [.invalid(path, name, text)]
        }
        var errors: [FieldError] = []
        if segments[0].utf8.count > 253 { errors.append(.tooLong(path, limit: 253)) }
        errors += labels(segments[0], NameRules.dns1123Label, path)
        if !segments[0].contains(".") {
            let text = "should be a domain with at least two segments separated by dots"
            errors.append(.invalid(path, segments[0], text))
        }
        errors += labels(segments[1], NameRules.dns1123Subdomain, path)
        if name.utf8.count > 571 { errors.append(.tooLong(path, limit: 571)) }
        return errors
    }

    /// The faults of the first bad part.
    private static func labels(
        _ text: String, _ rule: (String) -> [String], _ path: FieldPath
    ) -> [FieldError] {
        for label in text.split(separator: ".", omittingEmptySubsequences: false) {
            let faults = rule(String(label))
            if faults.isEmpty { continue }
            return faults.map { .invalid(path, text, "validating label \(GoText.quote(String(label))): \($0)") }
        }
        return []
    }
}
