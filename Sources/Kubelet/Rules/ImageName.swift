// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Names of container images.
enum ImageName {
    /// The name with what users leave out: registry, `library/`, `:latest`.
    static func normalized(_ image: String) -> String {
        guard !image.isEmpty, !image.hasPrefix("sha256:") else { return image }
        var (name, digest) = (image, "")
        if let at = image.firstIndex(of: "@") { (name, digest) = (String(image[..<at]), String(image[at...])) }
        let first = name.prefix { $0 != "/" }
        let hasRegistry =
            first.count < name.count && (first.contains(".") || first.contains(":") || first == "localhost")
        if !hasRegistry { name = "docker.io/" + (name.contains("/") ? name : "library/" + name) }
        let last = name[(name.lastIndex(of: "/") ?? name.startIndex)...]
        if digest.isEmpty && !last.contains(":") { name += ":latest" }
        return name + digest
    }

    /// The registry of an image, as credentials name it.
    static func registry(_ image: String) -> String { String(normalized(image).prefix { $0 != "/" }) }

    /// Whether the image's tag is `latest`, said or not: such images are pulled always when no policy is given.
    static func isLatest(_ image: String) -> Bool {
        let name = normalized(image)
        return !name.contains("@") && name.hasSuffix(":latest")
    }

    /// What a container's status shows as its image: the runtime's name for it, unless that is a bare digest.
    static func displayed(_ image: String, specified: String) -> String {
        image.isEmpty || image.hasPrefix("sha256:") ? specified : image
    }

    /// The image of this name among `images`; nil if it is not there.
    static func find(_ name: String, in images: [CRI.Image]) -> CRI.Image? {
        let wanted = normalized(name)
        return images.first { image in
            image.id == name || image.repoTags.contains { $0 == name || $0 == wanted }
                || image.repoDigests.contains { $0 == name || $0 == wanted }
        }
    }
}

/// What to do about an image before a container starts.
enum ImageDecision: Sendable, Equatable {
    /// The reference to make the container with.
    case use(CRI.Image)
    case pull
    case neverPull

    /// - Parameter policy: `imagePullPolicy`; empty counts as what the API would default it to.
    static func decide(image: String, policy: String, present: CRI.Image?) -> ImageDecision {
        let effective = policy.isEmpty ? (ImageName.isLatest(image) ? "Always" : "IfNotPresent") : policy
        switch (effective, present) {
        case ("Always", _): return .pull
        case (_, .some(let present)): return .use(present)
        case ("Never", nil): return .neverPull
        case (_, nil): return .pull
        }
    }
}
