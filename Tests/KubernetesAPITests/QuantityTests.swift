// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing

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

    @Test("values round up")
    func values() {
        #expect(Quantity("1.1").value == 2)
        #expect(Quantity("1.1").milliValue == 1_100)
        #expect(Quantity("1Gi").value == 1_073_741_824)
        #expect(Quantity("1Gi") + "1Mi" == "1025Mi")
    }
}
