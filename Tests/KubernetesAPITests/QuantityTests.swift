// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

struct QuantityTests {
    @Test(
        "a quantity is rewritten to its canonical form",
        arguments: [
            ("1.5Gi", "1536Mi"), ("0.5", "500m"), ("2000000000", "2G"), ("1e9", "1e9"), ("1024", "1024"),
            ("1Ki", "1Ki"), ("0", "0"),
            ("100m", "100m"), ("1000m", "1"), ("0.1n", "1n"), ("1025Ki", "1025Ki"), ("1024Ki", "1Mi"), ("512", "512"),
            ("-1.5", "-1500m"),
            ("1.5Ki", "1536"), ("0.5Ki", "512"), ("1E", "1E"), ("1E3", "1e3"), ("100k", "100k"), ("1.0", "1"),
            (".5", "500m"), ("5.", "5"),
            ("10e-3", "10e-3"), ("99999999999999999999", "9223372036854775807"), ("1u", "1u"), ("0Ki", "0"),
            ("3.14159Gi", "3373256576860160u"), ("1.2Gi", "1288490188800m"), ("-1.4Gi", "-1503238553600m"),
            ("1.1Ki", "1126400m"), ("1.25Ki", "1280"),
        ])
    func canonical(_ text: String, _ expected: String) { #expect(Quantity(text)?.text == expected) }

    @Test(
        "a text that is no quantity is refused",
        arguments: ["", "a", "1.2.3", "1KI", "--1", "1e", "Gi", "1 Gi", "1ee3"])
    func refused(_ text: String) { #expect(Quantity(text) == nil) }

    @Test(
        "what is wrong with a text is said as Kubernetes says it",
        arguments: [
            ("1K", "unable to parse quantity's suffix"), ("1mi", "unable to parse quantity's suffix"),
            ("1e", "unable to parse quantity's suffix"), ("1ki2", "unable to parse quantity's suffix"),
            ("", Quantity.formatMessage), ("1gi", Quantity.formatMessage), ("1 Gi", Quantity.formatMessage),
            ("1Ki.5", Quantity.formatMessage), ("x", Quantity.formatMessage),
        ])
    func fault(_ text: String, _ message: String) { #expect(Quantity.fault(text) == message) }

    @Test("white space around an amount does not count in JSON")
    func spaces() throws {
        let json = Array(#"{"requests":{"storage":" 1Gi\n"}}"#.utf8)
        let read = try JSONCoding.decode(VolumeResourceRequirements.self, from: json)
        #expect(read.requests["storage"] == "1Gi")
        #expect(throws: (any Error).self) {
            try JSONCoding.decode(
                VolumeResourceRequirements.self, from: Array(#"{"requests":{"storage":"1 Gi"}}"#.utf8))
        }
    }

    @Test("values round up")
    func values() {
        #expect(Quantity("1.1").value == 2)
        #expect(Quantity("1.1").milliValue == 1_100)
        #expect(Quantity("1Gi").value == 1_073_741_824)
        #expect(Quantity("1Gi") + "1Mi" == "1025Mi")
    }
}
