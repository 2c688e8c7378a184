// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Which images to remove when the disk fills.
enum ImageCollectionRules {
    /// - Parameters:
    ///   - inUse: names, digests and IDs that containers were made from.
    ///   - lastUsed: by image ID; images that are not in it were never seen in use.
    ///   - bytes: how much has to become free.
    /// - Returns: the images to remove, those that nobody has used for longest first.
    static func victims(
        _ images: [CRI.Image], inUse: Set<String>, lastUsed: [String: Moment], bytes: Int64
    ) -> [CRI.Image] {
        guard bytes > 0 else { return [] }
        let free = images.filter { image in
            !image.pinned && !inUse.contains(image.id) && !image.repoTags.contains(where: inUse.contains)
                && !image.repoDigests.contains(where: inUse.contains)
        }
        var result: [CRI.Image] = []
        var freed: Int64 = 0
        for image in free.sorted(by: { (lastUsed[$0.id] ?? .never, $0.id) < (lastUsed[$1.id] ?? .never, $1.id) }) {
            if freed >= bytes { break }
            result.append(image)
            freed = freed.addingReportingOverflow(Int64(clamping: image.size)).partialValue
        }
        return result
    }
}
