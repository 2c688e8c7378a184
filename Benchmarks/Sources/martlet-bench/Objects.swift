// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import LoadGenerator

/// The objects of the workloads.
enum Objects {
    /// A pod such as a Deployment makes; stored, with defaults and managed fields, it has about 3.6 KB of JSON.
    ///
    /// - Parameters:
    ///   - prefix: of its name, which ends in a number.
    ///   - release: a label.
    ///   - spec: further fields of the spec, each with a comma after it.
    static func pod(_ prefix: String, release: String = "stable", spec: String = "") -> Template {
        let variables = (0..<2).map {
            #"{"name":"SETTING_\#($0)","value":"the value of setting number \#($0) of the application"}"#
        }.joined(separator: ",")
        let probe = #"{"httpGet":{"path":"/healthz","port":"http"},"initialDelaySeconds":3,"periodSeconds":5}"#
        let note = String(repeating: "x", count: 200)
        return Template(
            """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"\(prefix)@@@@@@","labels":{"app":"bench","tier":"web",\
            "release":"\(release)"},"annotations":{"example.org/note":"\(note)","example.org/sequence":"0"}},\
            "spec":{\(spec)"automountServiceAccountToken":false,"containers":[{"name":"web",\
            "image":"registry.example/team/application:v1.2.3","command":["/bin/server","--port=8080"],"env":[\(variables)],\
            "ports":[{"name":"http","containerPort":8080}],"resources":{"requests":{"cpu":"100m","memory":"64Mi"},\
            "limits":{"memory":"128Mi"}},"readinessProbe":\(probe),"volumeMounts":[{"name":"data","mountPath":"/data"},\
            {"name":"settings","mountPath":"/settings"}]}],"volumes":[{"name":"data","emptyDir":{}},\
            {"name":"settings","configMap":{"name":"settings"}}]}}
            """)
    }

    /// A node as a kubelet registers it; `ZONE` and `TIME` are put in by the user.
    static let nodeText =
        """
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"bench-node-@@@@@@","labels":{\
        "kubernetes.io/hostname":"bench-node-@@@@@@","kubernetes.io/os":"linux","topology.kubernetes.io/zone":"ZONE"}},\
        "status":{"capacity":{"cpu":"32","memory":"128Gi","pods":"110"},"allocatable":{"cpu":"32","memory":"128Gi","pods":"110"},\
        "conditions":[{"type":"Ready","status":"True","reason":"KubeletReady","lastHeartbeatTime":"TIME",\
        "lastTransitionTime":"TIME"}]}}
        """
}
