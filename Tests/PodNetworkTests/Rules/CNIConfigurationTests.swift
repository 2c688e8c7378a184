// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Primitives
import Testing
import Wire

@testable import PodNetwork

struct CNIConfigurationTests {
    @Test("the configuration is valid JSON with the node's range, whatever the path")
    func json() throws {
        let own = try NetworkPlanTests.range("n1", "10.244.1.0/24", "192.0.2.1")
        let plan = NetworkPlan(
            own: own, others: [], underlayMTU: 1500,
            PodNetworkConfiguration(nodeName: "n1", clusterCIDRs: [], serviceCIDRs: []))
        let value = try JSONValue.parse(
            CNIConfiguration.json(plan.bridge, podCIDR: own.podCIDR, stateDirectory: "/var/\"odd\"\n"))
        let bridge = value["plugins"]?[0]
        #expect(bridge?["bridge"]?.stringValue == "martlet0" && bridge?["mtu"]?.int64Value == 1450)
        #expect(bridge?["hairpinMode"]?.boolValue == true && bridge?["ipMasq"]?.boolValue == false)
        let range = bridge?["ipam"]?["ranges"]?[0]?[0]
        #expect(range?["subnet"]?.stringValue == "10.244.1.0/24" && range?["gateway"]?.stringValue == "10.244.1.1")
        #expect(bridge?["ipam"]?["dataDir"]?.stringValue == "/var/\"odd\"\n")
    }
}
