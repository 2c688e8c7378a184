// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import SwiftASN1
import X509

/// The parts of a certificate's subject that Kubernetes reads: the common name is the user, the organizations are its groups.
struct CertificateSubject {
    var commonName = ""
    var organizations: [String] = []

    init(_ certificate: Certificate) { self.init(certificate.subject) }

    /// Of a request for a certificate.
    ///
    /// - Throws: where the text is no request.
    init(requestPEM: String) throws { self.init(try CertificateSigningRequest(pemEncoded: requestPEM).subject) }

    private init(_ subject: DistinguishedName) {
        for part in subject {
            for attribute in part {
                if attribute.type == .RDNAttributeType.commonName {
                    commonName = String(describing: attribute.value)
                } else if attribute.type == .RDNAttributeType.organizationName {
                    organizations.append(String(describing: attribute.value))
                }
            }
        }
    }
}
