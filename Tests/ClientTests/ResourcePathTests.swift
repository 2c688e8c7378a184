// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Testing

struct ResourcePathTests {
    @Test("paths follow group, scope and subresource")
    func paths() {
        let pods = ResourcePath(Pod.resource)
        #expect(pods.collection(namespace: nil) == "/api/v1/pods")
        #expect(pods.collection(namespace: "default") == "/api/v1/namespaces/default/pods")
        #expect(
            pods.object(namespace: "default", name: "a", subresource: "status")
                == "/api/v1/namespaces/default/pods/a/status")
        let nodes = ResourcePath(Node.resource)
        #expect(nodes.object(namespace: "ignored", name: "n") == "/api/v1/nodes/n")
        #expect(
            ResourcePath(Deployment.resource).collection(namespace: "x") == "/apis/apps/v1/namespaces/x/deployments")
    }
}
