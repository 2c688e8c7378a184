// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import APIMachinery

struct CELCostTests {
    static let expensive: String = {
        let names = ["a", "b", "c", "d", "e", "f", "g"]
        let loops = names.map { "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].all(\($0), " }.joined()
        return loops + "int('1'.find('[0-9]*')) < 100" + String(repeating: ")", count: names.count)
    }()

    @Test(
        "what selectors of devices can cost",
        arguments: [
            ("true", 0), ("\"a\" in device.attributes", 3), ("device.driver == \"\"", 2),
            ("device.driver == \"dra.example.com\"", 4), ("device.attributes[\"d\"].name", 4),
            ("device.attributes[\"d\"][\"name\"]", 4), ("device.attributes[\"d\"].name > 0", 5),
            ("device.attributes[\"d\"].name == \"fish\"", 5), ("cel.bind(d, device.attributes[\"d\"], d.name)", 15),
            ("device.attributes[\"d\"].name.isGreaterThan(quantity(\"0\"))", 6),
            ("device.attributes[\"d\"].name.exists(x, x > 0)", 5 + 6 * 64),
            ("device.attributes[\"d\"].names.all(x, x != \"\")", 5 + 4 * 64),
            ("device.attributes[\"d\"].names.size() == 2", 6),
            ("device.attributes[\"d\"].names.all(x, x.isGreaterThan(semver(\"0.0.1\")))", 5 + 6 * 64),
            ("1 in device.attributes[\"d\"].names", 4 + 64),
            ("device.attributes[\"d\"].v.isGreaterThan(semver(\"v0.0.1\", true)) && isSemver(\"v1.0.0\", true)", 7),
            ("\"n\" in device.capacity[\"d\"] && device.capacity[\"d\"].n.isGreaterThan(quantity(\"1Ki\"))", 10),
            ("!(\"n\" in device.capacity[\"d\"]) || device.capacity[\"d\"].n.isGreaterThan(quantity(\"1Ki\"))", 11),
            ("device.attributes.exists_one(x, x == \"dra.example.com\")", 164),
            ("device.attributes[\"d\"].exists_one(x, x == \"services\")", 133),
            ("device.attributes[\"d\"].services.split(\"example\").size() >= 2", 19),
            ("device.attributes[\"d\"].services.matches(\"[^a]?sym\")", 18),
            ("device.allowMultipleAllocations == true", 3), (expensive, 85_555_551),
        ] as [(String, UInt64)])
    func device(text: String, cost: UInt64) throws {
        #expect(try CELProgram(text, in: .device).estimatedCost(CELEnvironment.deviceSizes).maximum == cost)
    }

    @Test("what has no known size can cost anything")
    func unknown() throws {
        let environment = CELEnvironment(variables: ["self": .list(.string), "count": .int])
        let sizes = ["self": CELSizes(maximum: 1_000_000, elements: CELSizes(maximum: 3_000_000))]
        func cost(_ text: String) throws -> UInt64 {
            try CELProgram(text, in: environment).estimatedCost(sizes).maximum
        }
        #expect(try cost("self.all(x, self.all(y, x == y))") > 100_000_000_000_000)
        #expect(try cost("'v is ' + string(count)") > .max / 20)
        #expect(try cost("self.size() < 5") == 3)
    }
}
