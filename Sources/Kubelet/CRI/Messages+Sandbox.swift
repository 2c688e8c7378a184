// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import SwiftProtobuf

extension Runtime_V1_PodSandboxMetadata {
    init(_ value: CRI.PodSandboxMetadata) {
        self.init()
        name = value.name
        uid = value.uid
        namespace = value.namespace
        attempt = value.attempt
    }
}

extension CRI.PodSandboxMetadata {
    init(_ message: Runtime_V1_PodSandboxMetadata) {
        self.init(name: message.name, uid: message.uid, namespace: message.namespace, attempt: message.attempt)
    }
}

extension Runtime_V1_PodSandboxConfig {
    init(_ value: CRI.PodSandboxConfig) {
        self.init()
        metadata = Runtime_V1_PodSandboxMetadata(value.metadata)
        hostname = value.hostname
        logDirectory = value.logDirectory
        if let dns = value.dns {
            dnsConfig.servers = dns.servers
            dnsConfig.searches = dns.searches
            dnsConfig.options = dns.options
        }
        portMappings = value.portMappings.map { Runtime_V1_PortMapping($0) }
        labels = value.labels
        annotations = value.annotations
        linux = Runtime_V1_LinuxPodSandboxConfig(value.linux)
    }
}

extension Runtime_V1_PortMapping {
    init(_ value: CRI.PortMapping) {
        self.init()
        switch value.transport {
        case .tcp: self.protocol = .tcp
        case .udp: self.protocol = .udp
        case .sctp: self.protocol = .sctp
        }
        containerPort = value.containerPort
        hostPort = value.hostPort
        hostIp = value.hostIP
    }
}

extension Runtime_V1_LinuxPodSandboxConfig {
    init(_ value: CRI.LinuxPodSandboxConfig) {
        self.init()
        cgroupParent = value.cgroupParent
        sysctls = value.sysctls
        if let wanted = value.resources { resources = Runtime_V1_LinuxContainerResources(wanted) }
        var context = Runtime_V1_LinuxSandboxSecurityContext()
        context.namespaceOptions = Runtime_V1_NamespaceOption(value.namespaces)
        if let seLinux = value.seLinux { context.selinuxOptions = Runtime_V1_SELinuxOption(seLinux) }
        if let user = value.runAsUser { context.runAsUser.value = user }
        // CRI forbids a group without a user.
        if value.runAsUser != nil, let group = value.runAsGroup { context.runAsGroup.value = group }
        context.readonlyRootfs = value.readOnlyRootFilesystem
        context.supplementalGroups = value.supplementalGroups
        context.privileged = value.privileged
        if let profile = value.seccomp { context.seccomp = Runtime_V1_SecurityProfile(profile) }
        if let profile = value.appArmor { context.apparmor = Runtime_V1_SecurityProfile(profile) }
        securityContext = context
    }
}

extension Runtime_V1_NamespaceOption {
    init(_ value: CRI.NamespaceOptions) {
        self.init()
        network = Runtime_V1_NamespaceMode(value.network)
        pid = Runtime_V1_NamespaceMode(value.pid)
        ipc = Runtime_V1_NamespaceMode(value.ipc)
        if let target = value.pidTarget {
            pid = .target
            targetID = target
        }
    }
}

extension CRI.NamespaceOptions {
    init(_ message: Runtime_V1_NamespaceOption) {
        self.init(
            network: CRI.NamespaceMode(message.network), pid: CRI.NamespaceMode(message.pid),
            ipc: CRI.NamespaceMode(message.ipc))
        pidTarget = message.pid == .target ? message.targetID : nil
    }
}

extension Runtime_V1_NamespaceMode {
    init(_ value: CRI.NamespaceMode) {
        switch value {
        case .pod: self = .pod
        case .container: self = .container
        case .node: self = .node
        }
    }
}

extension CRI.NamespaceMode {
    init(_ message: Runtime_V1_NamespaceMode) {
        switch message {
        case .container, .target: self = .container
        case .node: self = .node
        case .pod, .UNRECOGNIZED: self = .pod
        }
    }
}

extension Runtime_V1_SELinuxOption {
    init(_ value: CRI.SELinuxOptions) {
        self.init()
        user = value.user
        role = value.role
        type = value.type
        level = value.level
    }
}

extension Runtime_V1_SecurityProfile {
    init(_ value: CRI.SecurityProfile) {
        self.init()
        switch value {
        case .runtimeDefault: profileType = .runtimeDefault
        case .unconfined: profileType = .unconfined
        case .localhost(let reference):
            profileType = .localhost
            localhostRef = reference
        }
    }
}

extension CRI.PodSandbox {
    init(_ message: Runtime_V1_PodSandbox) {
        self.init(
            id: message.id, metadata: CRI.PodSandboxMetadata(message.metadata),
            state: message.state == .sandboxReady ? .ready : .notReady, createdAt: message.createdAt,
            labels: message.labels, annotations: message.annotations)
    }
}

extension CRI.PodSandboxStatus {
    init(_ message: Runtime_V1_PodSandboxStatus) {
        let addresses = [message.network.ip] + message.network.additionalIps.map(\.ip)
        self.init(
            sandbox: CRI.PodSandbox(
                id: message.id, metadata: CRI.PodSandboxMetadata(message.metadata),
                state: message.state == .sandboxReady ? .ready : .notReady, createdAt: message.createdAt,
                labels: message.labels, annotations: message.annotations),
            ips: addresses.filter { !$0.isEmpty },
            namespaces: CRI.NamespaceOptions(message.linux.namespaces.options))
    }
}
