// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
package import Logging
package import Store
import Wire

/// What all endpoints share.
package struct RegistryServices: Sendable {
    package var store: any Store
    /// The time of day.
    package var now: @Sendable () -> Time
    package var names: NameGenerator
    package var logger: Logger

    package init(
        store: any Store, now: @escaping @Sendable () -> Time, names: NameGenerator = NameGenerator(), logger: Logger
    ) {
        self.store = store
        self.now = now
        self.names = names
        self.logger = logger
    }
}
