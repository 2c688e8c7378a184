// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import Logging

/// Removes images that nobody uses when their disk is nearly full.
///
/// - SeeAlso: `imageGCHighThresholdPercent` (85) and `imageGCLowThresholdPercent` (80) of Kubernetes' kubelet.
struct ImageCollector: Sendable {
    var runtime: any ContainerRuntime
    var timekeeper: Timekeeper
    var logger: Logger

    static let high = 0.85
    static let low = 0.80

    /// Runs until the task is cancelled.
    func run() async {
        var lastUsed: [String: Moment] = [:]
        while true {
            do { try await timekeeper.sleep(for: .seconds(300)) } catch { return }
            do {
                try await collect(&lastUsed)
            } catch {
                logger.warning("images not collected", metadata: ["error": "\(error)"])
            }
        }
    }

    private func collect(_ lastUsed: inout [String: Moment]) async throws(RuntimeError) {
        let images = try await runtime.listImages()
        let containers = try await runtime.listContainers(CRI.ContainerFilter())
        let inUse = Set(containers.flatMap { [$0.image, $0.imageRef] })
        for image in images where inUse.contains(image.id) { lastUsed[image.id] = Moment(timekeeper.time) }
        guard let place = try await runtime.imageFilesystems().first?.mountpoint, let disk = HostFacts.Disk.read(place)
        else { return }
        let used = disk.total - disk.available
        guard disk.total > 0, Double(used) / Double(disk.total) > Self.high else { return }
        let excess = used - Int64(Double(disk.total) * Self.low)
        for image in ImageCollectionRules.victims(images, inUse: inUse, lastUsed: lastUsed, bytes: excess) {
            logger.info(
                "removing an image that nobody uses", metadata: ["image": "\(image.repoTags.first ?? image.id)"])
            try await runtime.removeImage(image.id)
            lastUsed[image.id] = nil
        }
    }
}
