// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
package import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    package func table(_ objects: [StoredObject], _ options: TableOptions, list: ListMeta?) throws -> [UInt8] {
        let now = services.now()
        var rows: [TableRow] = []
        rows.reserveCapacity(objects.count)
        for object in objects {
            let value = try decode(object)
            var row = TableRow(
                cells: definition.cells?(value, now) ?? TableForm.cells(of: value, now: now),
                conditions: TableForm.conditions(of: value))
            switch options.includeObject {
            case .none: break
            case .metadata: row.object = ObjectRenderer.partial(object, version: options.version)
            case .object: row.object = try present(object).bytes
            }
            rows.append(row)
        }
        var metadata = list ?? ListMeta()
        // what a dry run made has no version
        if list == nil, let object = objects.first, object.revision > 0 {
            metadata.resourceVersion = object.resourceVersion
        }
        var table = TableForm.table(
            of: Object.self, metadata: try JSONValue.parse(JSONCoding.encode(metadata)), rows: rows,
            includesColumns: !options.omitsHeader, version: options.version)
        // a watch puts the table inside a line of its own
        if table.last == UInt8(ascii: "\n") { table.removeLast() }
        return table
    }
}
