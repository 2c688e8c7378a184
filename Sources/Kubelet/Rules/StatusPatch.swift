// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// The change from one pod status to another, as a strategic merge patch.
enum StatusPatch {
    /// - Returns: nil where nothing changes.
    static func make(from old: PodStatus, to new: PodStatus, uid: String) -> [UInt8]? {
        guard old != new, let before = json(old), let after = json(new) else { return nil }
        var changes = JSONObject()
        for key in before.keys where after[key] == nil { changes[key] = .null }
        for (key, value) in after where before[key] != value {
            switch key {
            case "conditions":
                let conditions = changed(before[key], value)
                if !conditions.isEmpty { changes[key] = .array(conditions) }
            case "podIPs", "hostIPs":
                // lists that are merged by key: what is there already has to be replaced expressly
                let isNew = before[key]?.arrayValue?.isEmpty ?? true
                changes[key] = .array((isNew ? [] : [["$patch": "replace"]]) + (value.arrayValue ?? []))
            default: changes[key] = value
            }
        }
        guard !changes.isEmpty else { return nil }
        let patch: JSONValue = ["metadata": ["uid": .string(uid)], "status": .object(changes)]
        return patch.bytes()
    }

    private static func json(_ status: PodStatus) -> JSONObject? {
        // what our own encoder wrote can be read again
        (try? JSONValue.parse(JSONCoding.encode(status)))?.objectValue
    }

    /// The kubelet's own conditions that are new or differ: conditions are merged by type, those of others are left alone.
    private static func changed(_ before: JSONValue?, _ after: JSONValue) -> [JSONValue] {
        let known = before?.arrayValue ?? []
        return (after.arrayValue ?? []).filter { element in
            guard let type = element["type"]?.stringValue, PodConditionRules.own.contains(type) else { return false }
            return !known.contains(element)
        }
    }
}
