// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Tells whether a container was made from today's specification.
///
/// Only the name and the image count, as in Kubernetes since 1.31: the other fields cannot change, or change in place.
enum ContainerHash {
    /// FNV-1a over name and image, 8 hexadecimal digits.
    static func of(_ container: Container) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in Array(container.name.utf8) + [0] + Array(container.image.utf8) {
            hash = (hash ^ UInt32(byte)) &* 16_777_619
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
