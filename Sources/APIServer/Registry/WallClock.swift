// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Glibc
package import KubernetesAPI
import Store
import Wire

/// The time of day, as objects show it.
package enum WallClock {
    /// Now, in whole seconds.
    package static func now() -> Time {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var result = Time()
        result.seconds = Int64(time.tv_sec)
        return result
    }
}
