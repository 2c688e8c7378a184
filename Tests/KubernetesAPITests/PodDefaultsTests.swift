// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

@testable import KubernetesAPI

struct PodDefaultsTests {
    @Test(
        "an image is pulled each time where its tag may move",
        arguments: [
            ("nginx", true), ("nginx:latest", true), ("nginx:1.2", false), ("a.b:5000/x", true),
            ("a.b:5000/x:1", false),
            ("x@sha256:0", false), ("", false), ("a//b", false), ("Nginx", false), ("UP/x", true),
        ])
    func pulls(_ image: String, _ isAlways: Bool) { #expect(ImageReference.pullsByDefault(image) == isAlways) }

    @Test("a limit is a request, and amounts are kept in thousandths")
    func resources() {
        var pod = Pod()
        var container = Container()
        container.resources.limits = ["cpu": "100u"]
        pod.spec.containers = [container]
        pod.applyDefaults()
        #expect(pod.spec.containers[0].resources.requests["cpu"]?.text == "1m")
    }

    @Test("an account has one name in two fields")
    func account() {
        var pod = Pod()
        pod.spec.serviceAccountName = "a"
        pod.applyDefaults()
        #expect(pod.spec.serviceAccount == "a")
    }
}
