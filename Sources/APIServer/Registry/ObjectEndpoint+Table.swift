// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
package import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    package func table(_ objects: [StoredObject], _ options: TableOptions, list: ListMeta?) throws -> [UInt8] {
        let now = services.now()
        var rows: [(cells: [JSONValue], object: [UInt8]?)] = []
        rows.reserveCapacity(objects.count)
        for object in objects {
            let cells = TableForm.cells(of: try decode(object), now: now)
            switch options.includeObject {
            case .none: rows.append((cells, nil))
            case .metadata: rows.append((cells, ObjectRenderer.partial(object)))
            case .object: rows.append((cells, try present(object).bytes))
            }
        }
        var metadata = list ?? ListMeta()
        if list == nil { metadata.resourceVersion = objects.first?.resourceVersion ?? "" }
        var table = TableForm.table(
            of: Object.self, metadata: try JSONValue.parse(JSONCoding.encode(metadata)), rows: rows,
            includesColumns: !options.omitsHeader)
        // a watch puts the table inside a line of its own
        if table.last == UInt8(ascii: "\n") { table.removeLast() }
        return table
    }
}
