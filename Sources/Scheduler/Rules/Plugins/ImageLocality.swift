// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Nodes that have the pod's images are better, the more so the larger the images and the more nodes have them.
enum ImageLocality {
    private static let megabyte: Int64 = 1024 * 1024
    private static let least = 23 * megabyte
    private static let mostPerContainer = 1000 * megabyte

    /// 0 to 100 for the nodes that have any of the images, by slot.
    static func scores(_ pod: PodInfo, _ cluster: ClusterState) -> [Int: Int64] {
        if cluster.images.isEmpty || cluster.nodeCount == 0 { return [:] }
        var sizes: [Int: Int64] = [:]
        for name in pod.images {
            guard let image = cluster.images[name] else { continue }
            let spread = Double(image.slots.count) / Double(cluster.nodeCount)
            let size = Int64(min(Double(max(0, image.size)) * min(1, spread), 1e15))
            for slot in image.slots { sizes[slot, default: 0] += size }
        }
        let most = mostPerContainer * Int64(max(1, pod.images.count))
        return sizes.mapValues { 100 * (min(max($0, least), most) - least) / (most - least) }
    }
}
