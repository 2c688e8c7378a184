// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import Wire

extension FuzzTarget {
    /// The patch engines. An input is a patch, an empty line and the document.
    static let patches = [
        FuzzTarget("json-patch") { bytes throws(FuzzFault) in
            let (patch, document) = try read(bytes)
            guard let operations = try? JSONPatch(parsing: patch) else { return }
            guard let result = try? operations.apply(to: document) else { return }
            _ = result.bytes()
        },
        FuzzTarget("merge-patch") { bytes throws(FuzzFault) in
            let (patch, document) = try read(bytes)
            guard let changes = try? MergePatch.parse(patch).patch else { return }
            let once = MergePatch.apply(changes, to: document.objectValue ?? JSONObject())
            try promise(MergePatch.apply(changes, to: once) == once, "a merge patch changes its own result")
        },
        FuzzTarget("strategic-patch") { bytes throws(FuzzFault) in
            let (patch, document) = try read(bytes)
            guard let changes = try? StrategicMergePatch.parse(patch).patch else { return }
            for kind in ["core/v1.Pod", "apps/v1.Deployment", "core/v1.Service"] {
                let schema = ResolvedSchema.shared.type(kind)
                let result = try? StrategicMergePatch.apply(
                    changes, to: document.objectValue ?? JSONObject(), schema: schema)
                _ = result.map { JSONValue.object($0).bytes() }
            }
            _ = GoText.format(.object(changes))
        },
    ]

    private static func read(_ bytes: [UInt8]) throws(FuzzFault) -> (patch: [UInt8], document: JSONValue) {
        let (patch, document) = split(bytes)
        return (patch, (try? JSONValue.parse(document)) ?? [:])
    }
}
