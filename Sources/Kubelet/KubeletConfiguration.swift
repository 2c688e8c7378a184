// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// How a kubelet is set up: the settings of Kubernetes' kubelet that Martlet has, under their names.
public struct KubeletConfiguration: Sendable {
    /// The certificates of the kubelet's server.
    public struct ServerTLS: Sendable {
        /// PEM, the server's certificate first.
        public var certificateFile: String
        public var keyFile: String
        /// PEM: who signed the API server's client certificate.
        public var clientCAFile: String

        public init(certificateFile: String, keyFile: String, clientCAFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.clientCAFile = clientCAFile
        }
    }

    /// Name of the Node object.
    public var nodeName: String
    /// Addresses of the node; empty takes that of the default route.
    public var nodeIPs: [String] = []
    /// Volumes and other files of pods are below.
    public var rootDirectory: String
    /// Logs of pods are below; must stay the same over restarts.
    public var podLogsDirectory = "/var/log/pods"
    /// Addresses of the cluster DNS.
    public var clusterDNS: [String] = ["10.96.0.10"]
    public var clusterDomain = "cluster.local"
    /// The node's own resolver configuration.
    public var resolverConfigurationFile = "/etc/resolv.conf"
    /// Whether the kubelet makes its Node object.
    public var registerNode = true
    public var nodeLabels: [String: String] = [:]
    public var registerWithTaints: [Taint] = []
    public var maxPods: Int64 = 110
    /// The server's address.
    public var address = "0.0.0.0"
    /// The server's port; 0 lets the kernel choose (tests).
    public var port = 10250
    /// Nil: no server, so no logs, exec, attach and port-forward.
    public var serverTLS: ServerTLS?
    /// Directory of manifests of static pods; nil for none.
    public var staticPodPath: String?
    /// What `kubectl get nodes` shows.
    public var version = "v1.36.2+martlet"
    /// How often the Node's status is looked at.
    public var nodeStatusUpdateFrequency = Duration.seconds(10)
    /// How often the Node's status is written though nothing has changed.
    public var nodeStatusReportFrequency = Duration.seconds(300)
    /// How long the node's lease holds; it is renewed four times as often.
    public var nodeLeaseDuration = Duration.seconds(40)
    /// A container's log file is put aside when it is larger, in bytes.
    public var containerLogMaxSize: Int64 = 10 << 20
    /// How many log files of a container are kept.
    public var containerLogMaxFiles = 5
    /// Share of the disk that must be free; below, the node has DiskPressure.
    public var diskFreeThreshold = 0.05

    /// - Parameters:
    ///   - nodeName: usually the host's name, in lower case.
    ///   - rootDirectory: made where it is missing.
    public init(nodeName: String, rootDirectory: String) {
        self.nodeName = nodeName
        self.rootDirectory = rootDirectory
    }
}
