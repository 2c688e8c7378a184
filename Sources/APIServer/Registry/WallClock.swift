// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import KubernetesAPI

/// The time of day, as objects show it.
package enum WallClock {
    /// Now, in whole seconds.
    package static func now() -> Time { Time(seconds: Time.now().seconds) }
}
