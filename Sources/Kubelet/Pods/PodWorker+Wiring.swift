// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI

extension PodWorker {
    /// Puts together all that a container is made from.
    ///
    /// - Throws: what is missing: CreateContainerConfigError.
    func wire(
        _ container: PodContainer, image: (CRI.Image, String), restartCount: Int32, sandbox: CRI.PodSandboxStatus
    ) async throws -> ContainerConfigRules.Parts {
        try ContainerSecurity.verifyNonRoot(container.spec, in: pod, image: image.0)
        let addresses = pod.spec.hostNetwork ? services.node.current.hostIPs : sandbox.ips
        let sources = try await sources(for: container.spec, addresses: addresses)
        let environment = try EnvironmentRules(pod: pod, container: container.spec, sources: sources).environment()
        let mounts = try await mounts(container.spec, environment: environment, addresses: addresses)
        let quality = lastStatus.qosClass.isEmpty ? QualityOfService.of(pod.spec) : lastStatus.qosClass
        return ContainerConfigRules.Parts(
            container: container, restartCount: restartCount, image: image.0, imageReference: image.1,
            environment: environment, mounts: mounts,
            targetID: situation.observed.latest(container.targetContainerName)?.id, quality: quality)
    }

    private func sources(for container: Container, addresses: [String]) async throws -> EnvironmentSources {
        var sources = baseSources(addresses: addresses)
        let references = ObjectReferences(environmentOf: container)
        for name in references.configMaps.sorted() {
            sources.configMaps[name] = try await services.objects.configMap(
                name, namespace: pod.metadata.namespace, for: uid, onChange: {})
        }
        for name in references.secrets.sorted() {
            sources.secrets[name] = try await services.objects.secret(
                name, namespace: pod.metadata.namespace, for: uid, onChange: {})
        }
        try await services.services.waitForSync()
        sources.services = ServiceEnvironment.variables(
            services.services.store.list(), namespace: pod.metadata.namespace,
            withLinks: pod.spec.enableServiceLinks ?? true)
        return sources
    }

    /// Without objects of the API.
    func baseSources(addresses: [String]) -> EnvironmentSources {
        let node = services.node.current
        var sources = EnvironmentSources()
        sources.podIPs = addresses
        sources.hostIPs = node.hostIPs
        sources.node = node.facts.name
        sources.allocatable = node.allocatable
        return sources
    }

    private func mounts(
        _ container: Container, environment: [CRI.EnvironmentVariable], addresses: [String]
    ) async throws -> [CRI.Mount] {
        let variables = Dictionary(environment.map { ($0.name, $0.value) }) { $1 }
        var mounts: [CRI.Mount] = []
        for mount in container.volumeMounts {
            guard let path = volumePaths[mount.name] else {
                throw WiringError("cannot find volume \"\(mount.name)\" to mount into container \"\(container.name)\"")
            }
            var source = path
            if let unknown = VariableExpansion.unknown(in: mount.subPathExpr, variables) {
                throw WiringError("failed to expand subPath for container: missing value for \"\(unknown)\"")
            }
            let subPath =
                mount.subPathExpr.isEmpty ? mount.subPath : VariableExpansion.expand(mount.subPathExpr, variables)
            if !subPath.isEmpty {
                source = try await services.volumes.subPath(subPath, of: path, named: mount.name)
            }
            mounts.append(
                CRI.Mount(
                    containerPath: mount.mountPath.hasPrefix("/") ? mount.mountPath : "/" + mount.mountPath,
                    hostPath: source,
                    readOnly: mount.readOnly || isReadOnly(mount.name),
                    propagation: Self.propagation(mount.mountPropagation)))
        }
        if !mounts.contains(where: { $0.containerPath == "/etc/hosts" }) {
            mounts.append(CRI.Mount(containerPath: "/etc/hosts", hostPath: try await hostsFile(addresses)))
        }
        mounts.append(try await terminationLog(container))
        return mounts
    }

    private func isReadOnly(_ volume: String) -> Bool {
        guard let source = pod.spec.volumes.first(where: { $0.name == volume })?.volumeSource else { return false }
        return source.configMap != nil || source.secret != nil || source.projected != nil || source.downwardAPI != nil
    }

    private static func propagation(_ mode: String?) -> CRI.MountPropagation {
        switch mode {
        case "HostToContainer": .hostToContainer
        case "Bidirectional": .bidirectional
        default: .none
        }
    }

    private func hostsFile(_ addresses: [String]) async throws -> String {
        let names = services.node.current.facts.names
        let text =
            pod.spec.hostNetwork
            ? NameRules.hostsOnHostNetwork(pod, host: FileSystem.text("/etc/hosts") ?? "")
            : NameRules.hosts(pod, addresses: addresses, clusterDomain: names.domain)
        return try await services.volumes.writePodFile("etc-hosts", Array(text.utf8), pod: uid)
    }

    private func terminationLog(_ container: Container) async throws -> CRI.Mount {
        let unique = String(UInt32.random(in: .min ... .max), radix: 16)
        let path = try await services.volumes.writePodFile(
            "containers/\(container.name)/\(unique)", [], pod: uid, mode: 0o666)
        return CRI.Mount(containerPath: ContainerConfigRules.terminationPath(container), hostPath: path)
    }
}
