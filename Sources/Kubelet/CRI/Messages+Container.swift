// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import SwiftProtobuf

extension Runtime_V1_ContainerConfig {
    init(_ value: CRI.ContainerConfig) {
        self.init()
        metadata.name = value.metadata.name
        metadata.attempt = value.metadata.attempt
        image.image = value.image
        image.userSpecifiedImage = value.userSpecifiedImage
        command = value.command
        args = value.arguments
        workingDir = value.workingDirectory
        envs = value.environment.map { variable in
            var message = Runtime_V1_KeyValue()
            message.key = variable.name
            message.value = variable.value
            return message
        }
        mounts = value.mounts.map { Runtime_V1_Mount($0) }
        devices = value.devices.map { device in
            var message = Runtime_V1_Device()
            message.containerPath = device.containerPath
            message.hostPath = device.hostPath
            message.permissions = device.permissions
            return message
        }
        labels = value.labels
        annotations = value.annotations
        logPath = value.logPath
        stdin = value.stdin
        stdinOnce = value.stdinOnce
        tty = value.tty
        linux.resources = Runtime_V1_LinuxContainerResources(value.resources)
        linux.securityContext = Runtime_V1_LinuxContainerSecurityContext(value.security)
        if let signal = value.stopSignal { stopSignal = CRI.signalNumber(signal) }
    }
}

extension Runtime_V1_Mount {
    init(_ value: CRI.Mount) {
        self.init()
        containerPath = value.containerPath
        hostPath = value.hostPath
        readonly = value.readOnly
        selinuxRelabel = value.seLinuxRelabel
        recursiveReadOnly = value.recursiveReadOnly
        switch value.propagation {
        case .none: propagation = .propagationPrivate
        case .hostToContainer: propagation = .propagationHostToContainer
        case .bidirectional: propagation = .propagationBidirectional
        }
    }
}

extension CRI.Mount {
    init(_ message: Runtime_V1_Mount) {
        self.init(containerPath: message.containerPath, hostPath: message.hostPath, readOnly: message.readonly)
        seLinuxRelabel = message.selinuxRelabel
        recursiveReadOnly = message.recursiveReadOnly
        switch message.propagation {
        case .propagationHostToContainer: propagation = .hostToContainer
        case .propagationBidirectional: propagation = .bidirectional
        case .propagationPrivate, .UNRECOGNIZED: propagation = .none
        }
    }
}

extension Runtime_V1_LinuxContainerResources {
    init(_ value: CRI.LinuxResources) {
        self.init()
        cpuPeriod = value.cpuPeriod ?? 0
        cpuQuota = value.cpuQuota ?? 0
        cpuShares = value.cpuShares ?? 0
        memoryLimitInBytes = value.memoryLimit ?? 0
        oomScoreAdj = value.oomScoreAdjust ?? 0
        cpusetCpus = value.cpusetCPUs
        cpusetMems = value.cpusetMemories
        hugepageLimits = value.hugepageLimits.sorted { $0.key < $1.key }.map { size, limit in
            var message = Runtime_V1_HugepageLimit()
            message.pageSize = size
            message.limit = limit
            return message
        }
        unified = value.unified
        memorySwapLimitInBytes = value.memorySwapLimit ?? 0
    }
}

extension Runtime_V1_LinuxContainerSecurityContext {
    init(_ value: CRI.LinuxSecurityContext) {
        self.init()
        capabilities.addCapabilities = value.addCapabilities
        capabilities.dropCapabilities = value.dropCapabilities
        privileged = value.privileged
        namespaceOptions = Runtime_V1_NamespaceOption(value.namespaces)
        if let seLinux = value.seLinux { selinuxOptions = Runtime_V1_SELinuxOption(seLinux) }
        if let user = value.runAsUser { runAsUser.value = user }
        runAsUsername = value.runAsUsername
        // CRI forbids a group without a user.
        if value.runAsUser != nil || !value.runAsUsername.isEmpty, let group = value.runAsGroup {
            runAsGroup.value = group
        }
        readonlyRootfs = value.readOnlyRootFilesystem
        supplementalGroups = value.supplementalGroups
        noNewPrivs = value.noNewPrivileges
        maskedPaths = value.maskedPaths
        readonlyPaths = value.readOnlyPaths
        if let profile = value.seccomp { seccomp = Runtime_V1_SecurityProfile(profile) }
        if let profile = value.appArmor { apparmor = Runtime_V1_SecurityProfile(profile) }
    }
}

extension Runtime_V1_ContainerState {
    init(_ value: CRI.ContainerState) {
        switch value {
        case .created: self = .containerCreated
        case .running: self = .containerRunning
        case .exited: self = .containerExited
        case .unknown: self = .containerUnknown
        }
    }
}

extension CRI.ContainerState {
    init(_ message: Runtime_V1_ContainerState) {
        switch message {
        case .containerCreated: self = .created
        case .containerRunning: self = .running
        case .containerExited: self = .exited
        case .containerUnknown, .UNRECOGNIZED: self = .unknown
        }
    }
}

extension CRI.ContainerMetadata {
    init(_ message: Runtime_V1_ContainerMetadata) { self.init(name: message.name, attempt: message.attempt) }
}

extension CRI.Container {
    init(_ message: Runtime_V1_Container) {
        self.init(
            id: message.id, podSandboxID: message.podSandboxID, metadata: CRI.ContainerMetadata(message.metadata),
            image: message.image.image, imageRef: message.imageRef, state: CRI.ContainerState(message.state),
            createdAt: message.createdAt, labels: message.labels, annotations: message.annotations)
    }
}

extension CRI.ContainerStatus {
    init(_ message: Runtime_V1_ContainerStatus) {
        self.init(id: message.id, metadata: CRI.ContainerMetadata(message.metadata))
        state = CRI.ContainerState(message.state)
        createdAt = message.createdAt
        startedAt = message.startedAt
        finishedAt = message.finishedAt
        exitCode = message.exitCode
        image = message.image.image
        imageRef = message.imageRef
        imageID = message.imageID
        reason = message.reason
        self.message = message.message
        labels = message.labels
        annotations = message.annotations
        mounts = message.mounts.map { CRI.Mount($0) }
        logPath = message.logPath
    }
}

extension CRI {
    /// The names of CRI's enumeration Signal in its order, from 1 on: alphabetical, not the kernel's numbers.
    private static let signals =
        ["ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL"]
        + [
            "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG",
            "USR1",
        ]
        + ["USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN"] + (1...15).map { "RTMIN+\($0)" }
        + (1...14).reversed().map { "RTMAX-\($0)" } + ["RTMAX"]

    /// The number that CRI gives a signal named as in Kubernetes (`SIGTERM`, `SIGRTMIN+3`); 0 where there is none.
    static func signalNumber(_ name: String) -> Int32 {
        guard name.hasPrefix("SIG"), let index = signals.firstIndex(of: String(name.dropFirst(3))) else { return 0 }
        return Int32(index) + 1
    }
}
