// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
package import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    package func table(_ objects: [StoredObject], _ options: TableOptions, list: ListMeta?) throws -> [UInt8] {
        throw APIStatusError.notAcceptable(accepted: OutputFormat.acceptedTypes)
    }
}
