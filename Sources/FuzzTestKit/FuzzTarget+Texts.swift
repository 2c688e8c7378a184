// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import APIServer
import KubernetesAPI
import Primitives
import Wire

extension FuzzTarget {
    /// Selectors, quantities, times, addresses and request targets.
    static let texts = [
        FuzzTarget("label-selector") { bytes throws(FuzzFault) in
            guard let selector = try? LabelSelectorExpression(parsing: text(bytes)) else { return }
            let again = try? LabelSelectorExpression(parsing: selector.description)
            try promise(again?.description == selector.description, "\(selector) is read as another label selector")
            _ = selector.matches(["a": "b"])
        },
        FuzzTarget("field-selector") { bytes throws(FuzzFault) in
            guard let selector = try? FieldSelector(parsing: text(bytes)) else { return }
            try promise(
                (try? FieldSelector(parsing: selector.description)) == selector, "\(selector) is read as another")
            _ = try? SelectableFields.check(selector, on: Pod.self)
        },
        FuzzTarget("quantity") { bytes throws(FuzzFault) in
            guard let quantity = Quantity(text(bytes)) else { return }
            let canonical = "\(quantity)"
            try promise(Quantity(canonical).map { "\($0)" } == canonical, "\(canonical) is not canonical")
            try promise(Quantity(canonical) == quantity, "\(canonical) is another amount")
        },
        FuzzTarget("scalar") { bytes throws(FuzzFault) in
            let text = text(bytes)
            if let time = Time(text) { try promise(Time(time.text) != nil, "\(time.text) is no time") }
            _ = MetaDuration(text)
            if let range = CIDR(text) { try promise(CIDR("\(range)") == range, "\(range) is read as another range") }
            if let address = NetworkAddress(text) {
                try promise(NetworkAddress(address.description) == address, "\(address) is read as another address")
            }
            if let decoded = Base64.decode(bytes) {
                try promise(Base64.decode(Base64.encode(decoded)) == decoded, "base64 changes")
            }
            _ = Base64.faultOffset(bytes)
            _ = NameRules.dns1123Subdomain(text)
            _ = LabelRules.qualifiedName(text)
        },
        FuzzTarget("target") { bytes throws(FuzzFault) in
            guard let target = RequestTarget(text(bytes)) else { return }
            for method in ["GET", "POST", "PATCH", "DELETE", "FOO"] {
                let info = RequestInfo(method: method, path: target.path, query: target.query)
                try promise(!info.isResourceRequest || !info.parts.isEmpty, "a resource request is about nothing")
            }
        },
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
