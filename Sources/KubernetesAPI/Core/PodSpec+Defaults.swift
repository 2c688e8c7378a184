// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

extension PodSpec {
    /// The defaults of a pod's specification, in a Pod or in a template.
    mutating func applyDefaults() {
        dropDisabledFields()
        // `serviceAccount` is the old name; the new one wins, and both are shown
        serviceAccountName.orDefault(serviceAccount)
        serviceAccount = serviceAccountName
        dnsPolicy.orDefault(DNSPolicy.clusterFirst)
        restartPolicy.orDefault(RestartPolicy.always)
        securityContext.orDefault(PodSecurityContext())
        if let seconds = terminationGracePeriodSeconds, seconds < 0 { terminationGracePeriodSeconds = 1 }
        terminationGracePeriodSeconds.orDefault(30)
        schedulerName.orDefault("default-scheduler")
        for index in volumes.indices { volumes[index].applyDefaults() }
        for index in initContainers.indices { initContainers[index].applyDefaults() }
        for index in containers.indices { containers[index].applyDefaults() }
        for index in ephemeralContainers.indices { ephemeralContainers[index].ephemeralContainerCommon.applyDefaults() }
        overhead.roundUpToMilli()
        if resources != nil { resources?.roundUp() }
    }

    /// On the host's network a container's port is the host's port.
    private mutating func applyHostPorts() {
        func apply(_ containers: inout [Container]) {
            for index in containers.indices {
                for port in containers[index].ports.indices {
                    containers[index].ports[port].hostPort.orDefault(containers[index].ports[port].containerPort)
                }
            }
        }
        apply(&containers)
        apply(&initContainers)
    }

    /// What holds for Pods alone: requests follow limits, service links are on. Both wait until the whole pod is known.
    mutating func applyPodDefaults() {
        if hostNetwork { applyHostPorts() }
        for index in containers.indices { containers[index].resources.requestsFollowLimits() }
        for index in initContainers.indices { initContainers[index].resources.requestsFollowLimits() }
        applyPodResources()
        enableServiceLinks.orDefault(true)
    }
}

extension ResourceRequirements {
    /// Amounts are kept in thousandths.
    mutating func roundUp() {
        limits.roundUpToMilli()
        requests.roundUpToMilli()
    }

    /// A limit without a request is a request too.
    mutating func requestsFollowLimits() {
        for (name, limit) in limits where requests[name] == nil { requests[name] = limit }
    }
}

extension Container {
    mutating func applyDefaults() {
        if imagePullPolicy.isEmpty {
            imagePullPolicy = ImageReference.pullsByDefault(image) ? PullPolicy.always : PullPolicy.ifNotPresent
        }
        terminationMessagePath.orDefault("/dev/termination-log")
        terminationMessagePolicy.orDefault(TerminationMessagePolicy.file)
        for index in ports.indices { ports[index].protocol.orDefault(TransportProtocol.tcp) }
        for index in env.indices where env[index].valueFrom != nil {
            env[index].valueFrom?.fieldRef?.apiVersion.orDefault("v1")
        }
        resources.roundUp()
        // looked at first: a change of an optional structure copies and allocates, also where it is nil
        if livenessProbe != nil { livenessProbe?.applyDefaults() }
        if readinessProbe != nil { readinessProbe?.applyDefaults() }
        if startupProbe != nil { startupProbe?.applyDefaults() }
        if lifecycle != nil { lifecycle?.applyDefaults() }
        if securityContext?.procMount == "" { securityContext?.procMount = "Default" }
    }
}

extension EphemeralContainerCommon {
    mutating func applyDefaults() {
        if imagePullPolicy.isEmpty {
            imagePullPolicy = ImageReference.pullsByDefault(image) ? PullPolicy.always : PullPolicy.ifNotPresent
        }
        terminationMessagePath.orDefault("/dev/termination-log")
        terminationMessagePolicy.orDefault(TerminationMessagePolicy.file)
        for index in ports.indices { ports[index].protocol.orDefault(TransportProtocol.tcp) }
        for index in env.indices where env[index].valueFrom != nil {
            env[index].valueFrom?.fieldRef?.apiVersion.orDefault("v1")
        }
        resources.roundUp()
        // looked at first: a change of an optional structure copies and allocates, also where it is nil
        if livenessProbe != nil { livenessProbe?.applyDefaults() }
        if readinessProbe != nil { readinessProbe?.applyDefaults() }
        if startupProbe != nil { startupProbe?.applyDefaults() }
        if lifecycle != nil { lifecycle?.applyDefaults() }
        if securityContext?.procMount == "" { securityContext?.procMount = "Default" }
    }
}

/// What an image's name says about pulling it.
enum ImageReference {
    /// Without a tag, or with `latest`, an image is pulled each time; a digest names one image for ever.
    static func pullsByDefault(_ image: String) -> Bool {
        // bytes, not characters: every container of every pod comes here
        let bytes = image.utf8
        guard !bytes.contains(UInt8(ascii: "@")) else { return false }
        let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes.index(after: $0) } ?? bytes.startIndex
        guard let colon = bytes[name...].lastIndex(of: UInt8(ascii: ":")) else { return isRepository(image[...]) }
        return bytes[colon...].elementsEqual(":latest".utf8) && isRepository(image[..<colon])
    }

    /// Whether a text is a repository with or without a registry; what is none has no tag to go by.
    private static func isRepository(_ text: Substring) -> Bool {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 1, let first = parts.first,
            first == "localhost" || first.contains(where: { $0 == "." || $0 == ":" || $0.isUppercase })
        {
            parts.removeFirst()
        }
        return parts.allSatisfy { part in
            let isWord = { (character: Character?) in
                character.map { ("a"..."z").contains($0) || ("0"..."9").contains($0) } ?? false
            }
            return isWord(part.first) && isWord(part.last)
                && part.allSatisfy { isWord($0) || $0 == "." || $0 == "_" || $0 == "-" }
        }
    }
}

extension Probe {
    mutating func applyDefaults() {
        timeoutSeconds.orDefault(1)
        periodSeconds.orDefault(10)
        successThreshold.orDefault(1)
        failureThreshold.orDefault(3)
        if probeHandler.httpGet != nil { probeHandler.httpGet?.applyDefaults() }
        if probeHandler.grpc != nil { probeHandler.grpc?.service.orDefault("") }
    }
}

extension Lifecycle {
    mutating func applyDefaults() {
        postStart?.httpGet?.applyDefaults()
        preStop?.httpGet?.applyDefaults()
    }
}

extension HTTPGetAction {
    mutating func applyDefaults() {
        path.orDefault("/")
        scheme.orDefault(URIScheme.http)
    }
}
