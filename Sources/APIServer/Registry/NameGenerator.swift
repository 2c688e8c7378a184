// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Makes names from `generateName` and uids.
///
/// - SeeAlso: `SimpleNameGenerator` of `k8s.io/apiserver/pkg/storage/names`.
package struct NameGenerator: Sendable {
    /// Gives random numbers; the system's in the product.
    package var random: @Sendable () -> UInt64

    package init(random: @escaping @Sendable () -> UInt64 = { RandomPool.shared.next() }) {
        self.random = random
    }

    /// `base`, cut where it is too long, and five random letters.
    package func name(from base: String) -> String {
        var source = Source(random: random)
        return GeneratedName.make(prefix: base, using: &source)
    }

    /// A random UUID (RFC 9562, version 4) in lower case.
    package func uid() -> String {
        let high = random() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = random() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        var out: [UInt8] = []
        out.reserveCapacity(36)
        for i in 0..<16 {
            if i == 4 || i == 6 || i == 8 || i == 10 { out.append(UInt8(ascii: "-")) }
            let word = i < 8 ? high : low
            let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * (7 - i % 8)))
            out.append(Self.digits[Int(byte >> 4)])
            out.append(Self.digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    private struct Source: RandomNumberGenerator {
        let random: @Sendable () -> UInt64
        func next() -> UInt64 { random() }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

/// The system's random numbers, taken from it many at a time: a write needs half a dozen, and each call costs more than the rest of
/// making a name.
final class RandomPool: Sendable {
    static let shared = RandomPool()
    private static let size = 32

    private let drawn = Mutex<[UInt64]>([])

    func next() -> UInt64 {
        drawn.withLock { drawn in
            if let number = drawn.popLast() { return number }
            // the most that `getentropy` gives in one call is 256 bytes
            var fresh = [UInt64](repeating: 0, count: Self.size)
            let failed = fresh.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) } != 0
            // only where the kernel lacks the call
            if failed { return UInt64.random(in: .min ... .max) }
            drawn.append(contentsOf: fresh.dropLast())
            return fresh[Self.size - 1]
        }
    }
}
