// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import SwiftProtobuf

extension CRI.Image {
    init(_ message: Runtime_V1_Image) {
        self.init(
            id: message.id, repoTags: message.repoTags, repoDigests: message.repoDigests, size: message.size,
            uid: message.hasUid ? message.uid.value : nil, username: message.username, pinned: message.pinned)
    }
}

extension CRI.FilesystemUsage {
    init(_ message: Runtime_V1_FilesystemUsage) {
        self.init(
            timestamp: message.timestamp, mountpoint: message.fsID.mountpoint,
            usedBytes: message.hasUsedBytes ? message.usedBytes.value : nil,
            inodesUsed: message.hasInodesUsed ? message.inodesUsed.value : nil)
    }
}

extension CRI.CPUUsage {
    init(_ message: Runtime_V1_CpuUsage) {
        self.init(
            timestamp: message.timestamp,
            usageCoreNanoSeconds: message.hasUsageCoreNanoSeconds ? message.usageCoreNanoSeconds.value : nil,
            usageNanoCores: message.hasUsageNanoCores ? message.usageNanoCores.value : nil)
    }
}

extension CRI.MemoryUsage {
    init(_ message: Runtime_V1_MemoryUsage) {
        self.init(
            timestamp: message.timestamp,
            workingSetBytes: message.hasWorkingSetBytes ? message.workingSetBytes.value : nil)
        availableBytes = message.hasAvailableBytes ? message.availableBytes.value : nil
        usageBytes = message.hasUsageBytes ? message.usageBytes.value : nil
        rssBytes = message.hasRssBytes ? message.rssBytes.value : nil
        pageFaults = message.hasPageFaults ? message.pageFaults.value : nil
        majorPageFaults = message.hasMajorPageFaults ? message.majorPageFaults.value : nil
    }
}

extension CRI.ContainerStats {
    init(_ message: Runtime_V1_ContainerStats) {
        self.init(
            id: message.attributes.id, metadata: CRI.ContainerMetadata(message.attributes.metadata),
            labels: message.attributes.labels, cpu: message.hasCpu ? CRI.CPUUsage(message.cpu) : nil,
            memory: message.hasMemory ? CRI.MemoryUsage(message.memory) : nil,
            writableLayer: message.hasWritableLayer ? CRI.FilesystemUsage(message.writableLayer) : nil)
    }
}

extension CRI.NetworkInterfaceUsage {
    init(_ message: Runtime_V1_NetworkInterfaceUsage) {
        self.init(name: message.name)
        receivedBytes = message.hasRxBytes ? message.rxBytes.value : nil
        receiveErrors = message.hasRxErrors ? message.rxErrors.value : nil
        sentBytes = message.hasTxBytes ? message.txBytes.value : nil
        sendErrors = message.hasTxErrors ? message.txErrors.value : nil
    }
}

extension CRI.PodSandboxStats {
    init(_ message: Runtime_V1_PodSandboxStats) {
        let figures = message.linux
        self.init(
            id: message.attributes.id, metadata: CRI.PodSandboxMetadata(message.attributes.metadata),
            containers: figures.containers.map { CRI.ContainerStats($0) })
        cpu = figures.hasCpu ? CRI.CPUUsage(figures.cpu) : nil
        memory = figures.hasMemory ? CRI.MemoryUsage(figures.memory) : nil
        network = figures.hasNetwork ? CRI.NetworkInterfaceUsage(figures.network.defaultInterface) : nil
        processCount = figures.hasProcess ? figures.process.processCount.value : nil
    }
}
