// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// The body of a patch.
package struct ObjectPatch: Sendable {
    package enum Form: String, Sendable {
        case json = "application/json-patch+json"
        case merge = "application/merge-patch+json"
        case strategicMerge = "application/strategic-merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }
    package var form: Form
    package var bytes: [UInt8]

    package init(form: Form, bytes: [UInt8]) {
        self.form = form
        self.bytes = bytes
    }
}

extension ObjectPatch.Form {
    /// - Throws: 415 for any other content type.
    init(contentType: String) throws(APIStatusError) {
        guard let form = Self(rawValue: MediaType(contentType)?.name ?? "") else {
            throw .unsupportedMediaType(
                accepted: [Self.json, .merge, .strategicMerge, .apply].map(\.rawValue))
        }
        self = form
    }
}
