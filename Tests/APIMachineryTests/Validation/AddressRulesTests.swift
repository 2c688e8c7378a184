// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIMachinery

struct AddressRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var fault: String?

        init(_ text: String, _ fault: String?) { (self.text, self.fault) = (text, fault) }

        var testDescription: String { text }
    }

    @Test(
        "an address",
        arguments: [
            Case("10.0.0.1", nil), Case("2001:db8::1", nil), Case("::1", nil), Case("::10.0.0.1", nil),
            Case("10.0.0.01", "must not have leading 0s"), Case("010.0.0.0001", "must not have leading 0s"),
            Case("::ffff:10.0.0.01", "must not have leading 0s"),
            Case("::ffff:10.0.0.1", "must not be an IPv4-mapped IPv6 address"),
            Case("10.0.0", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
            Case("10.0.0.256", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
            Case("", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
        ])
    func address(_ test: Case) {
        #expect(ValueRules.ipAddress(test.text, FieldPath("a")) == Self.faults(test))
    }

    @Test(
        "a network",
        arguments: [
            Case("10.0.0.0/8", nil), Case("2001:db8::/64", nil),
            Case("010.0.0.0/8", "must not have leading 0s in IP or prefix length"),
            Case("10.0.0.0/08", "must not have leading 0s in IP or prefix length"),
            Case("::ffff:10.0.0.0/104", "must not have an IPv4-mapped IPv6 address"),
            Case("10.0.0.1/8", "must not have bits set beyond the prefix length"),
            Case("10.0.0.0/+8", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            Case("10.0.0.0/33", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            Case("10.0.0.0", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
        ])
    func network(_ test: Case) {
        #expect(ValueRules.cidr(test.text, FieldPath("a")) == Self.faults(test))
    }

    private static func faults(_ test: Case) -> [FieldError] {
        test.fault.map { [.invalid(FieldPath("a"), test.text, $0)] } ?? []
    }

    @Test("the prefix of a key is measured in bytes")
    func prefix() {
        let prefix = String(repeating: "a", count: 254)
        #expect(LabelRules.qualifiedName(prefix + "/b") == ["prefix part must be no more than 253 bytes"])
    }
}
