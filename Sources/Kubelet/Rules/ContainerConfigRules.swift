// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// What the node gives to every container and sandbox made on it.
struct NodeFacts: Sendable {
    var name = ""
    /// Bytes.
    var memoryCapacity: Int64 = 0
    /// See `LinuxResourceRules.resources`.
    var mayLowerOOMScore = false
    var names = ClusterNames()
    /// Directory of the pods' log directories.
    var podLogs = "/var/log/pods"
    var seccompRoot = "/var/lib/kubelet/seccomp"
}

/// Configurations for the runtime.
enum ContainerConfigRules {
    /// `NAMESPACE_NAME_UID` under the node's log directory.
    static func logDirectory(_ pod: Pod, _ node: NodeFacts) -> String {
        "\(node.podLogs)/\(pod.metadata.namespace)_\(pod.metadata.name)_\(pod.metadata.uid)"
    }

    static func sandbox(_ pod: Pod, attempt: UInt32, _ node: NodeFacts) -> CRI.PodSandboxConfig {
        var config = CRI.PodSandboxConfig(
            metadata: CRI.PodSandboxMetadata(
                name: pod.metadata.name, uid: pod.metadata.uid, namespace: pod.metadata.namespace, attempt: attempt))
        if !pod.spec.hostNetwork { config.hostname = NameRules.hostname(pod, clusterDomain: node.names.domain).name }
        config.logDirectory = logDirectory(pod, node)
        let resolver = NameRules.resolver(pod, node.names)
        config.dns = CRI.DNSConfig(servers: resolver.servers, searches: resolver.searches, options: resolver.options)
        config.labels = pod.metadata.labels.merging(labels(pod)) { $1 }
        config.annotations = pod.metadata.annotations
        config.linux = ContainerSecurity.sandbox(pod, seccompRoot: node.seccompRoot)
        if !pod.spec.hostNetwork { config.portMappings = portMappings(pod) }
        return config
    }

    private static func labels(_ pod: Pod) -> [String: String] {
        [
            RuntimeLabel.podName: pod.metadata.name, RuntimeLabel.podNamespace: pod.metadata.namespace,
            RuntimeLabel.podUID: pod.metadata.uid,
        ]
    }

    private static func portMappings(_ pod: Pod) -> [CRI.PortMapping] {
        pod.everyContainer.flatMap(\.spec.ports).filter { $0.hostPort > 0 }.map { port in
            let transport: CRI.TransportProtocol =
                switch port.protocol {
                case "UDP": .udp
                case "SCTP": .sctp
                default: .tcp
                }
            return CRI.PortMapping(
                transport, containerPort: port.containerPort, hostPort: port.hostPort, hostIP: port.hostIP)
        }
    }

    /// What a container is made from.
    struct Parts: Sendable {
        var container: PodContainer
        var restartCount: Int32
        var image: CRI.Image
        /// The reference to use for the image.
        var imageReference: String
        var environment: [CRI.EnvironmentVariable]
        var mounts: [CRI.Mount]
        /// For an ephemeral container that shares another one's processes.
        var targetID: String?
        /// The pod's class; see `QualityOfService`.
        var quality: String
    }

    static func container(_ parts: Parts, in pod: Pod, _ node: NodeFacts) -> CRI.ContainerConfig {
        let spec = parts.container.spec
        let attempt = UInt32(clamping: parts.restartCount)
        var config = CRI.ContainerConfig(
            metadata: CRI.ContainerMetadata(name: spec.name, attempt: attempt), image: parts.imageReference)
        let variables = Dictionary(parts.environment.map { ($0.name, $0.value) }) { $1 }
        config.userSpecifiedImage = spec.image
        config.command = spec.command.map { VariableExpansion.expand($0, variables) }
        config.arguments = spec.args.map { VariableExpansion.expand($0, variables) }
        config.workingDirectory = spec.workingDir
        config.environment = parts.environment
        config.mounts = parts.mounts
        config.labels = labels(pod)
        config.labels[RuntimeLabel.containerName] = spec.name
        config.annotations = [
            RuntimeLabel.hash: ContainerHash.of(spec), RuntimeLabel.restartCount: String(parts.restartCount),
            RuntimeLabel.terminationMessagePath: terminationPath(spec),
            RuntimeLabel.terminationMessagePolicy: spec.terminationMessagePolicy.isEmpty
                ? "File" : spec.terminationMessagePolicy,
            RuntimeLabel.podTerminationGracePeriod: "\(pod.gracePeriod.components.seconds)",
        ]
        config.logPath = "\(spec.name)/\(parts.restartCount).log"
        config.stdin = spec.stdin
        config.stdinOnce = spec.stdinOnce
        config.tty = spec.tty
        config.stopSignal = spec.lifecycle?.stopSignal
        config.resources = LinuxResourceRules.resources(
            spec, quality: parts.quality, priority: pod.spec.priority, memoryCapacity: node.memoryCapacity,
            mayLower: node.mayLowerOOMScore)
        config.security = ContainerSecurity.context(
            spec, in: pod, targetID: parts.targetID, seccompRoot: node.seccompRoot)
        return config
    }

    /// Where a container writes its last words.
    static func terminationPath(_ spec: Container) -> String {
        spec.terminationMessagePath.isEmpty ? "/dev/termination-log" : spec.terminationMessagePath
    }
}
