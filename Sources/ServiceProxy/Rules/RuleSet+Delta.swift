// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

extension RuleSet {
    /// The nftables commands that turn the kernel's table from `old` into this rule set; empty when nothing differs.
    ///
    /// All of them are to be run as one transaction. What stays the same is not touched: dynamic affinity sets keep their
    /// clients. The order matters to the kernel: a chain must exist before something refers to it, and nothing may refer to
    /// it when it is deleted.
    package func delta(from old: RuleSet) -> String {
        let table = RuleSetSkeleton.table
        var text = ""
        for (name, set) in sorted(affinitySets) where old.affinitySets[name] == nil {
            text += "add set \(table) \(name) { type \(set.family.addressType); flags dynamic,timeout; "
            text += "timeout \(set.seconds)s; }\n"
        }
        for (name, _) in sorted(chains) where old.chains[name] == nil {
            text += "add chain \(table) \(name)\n"
        }
        text += elementText("delete", old.elements) { map, key, verdict in elements[map]?[key] != verdict }
        for (name, rules) in sorted(chains) where old.chains[name] != rules {
            if old.chains[name] != nil { text += "flush chain \(table) \(name)\n" }
            for rule in rules { text += "add rule \(table) \(name) \(rule)\n" }
        }
        text += elementText("add", elements) { map, key, verdict in old.elements[map]?[key] != verdict }
        let gone = sorted(old.chains).map(\.key).filter { chains[$0] == nil }
        for name in gone { text += "flush chain \(table) \(name)\n" }
        for name in gone { text += "delete chain \(table) \(name)\n" }
        for (name, _) in sorted(old.affinitySets) where affinitySets[name] == nil {
            text += "delete set \(table) \(name)\n"
        }
        return text
    }

    /// The commands that make the whole table anew.
    package func fullText(_ configuration: ServiceProxyConfiguration) -> String {
        RuleSetSkeleton.text(configuration) + delta(from: RuleSet())
    }

    private func elementText(
        _ verb: String, _ elements: [Map: [String: String]], where isWanted: (Map, String, String) -> Bool
    ) -> String {
        var text = ""
        for map in elements.keys.sorted() {
            let wanted = sorted(elements[map] ?? [:]).filter { isWanted(map, $0.key, $0.value) }
            if wanted.isEmpty { continue }
            let list = wanted.map { $0.value.isEmpty || verb == "delete" ? $0.key : "\($0.key) : \($0.value)" }
            text += "\(verb) element \(RuleSetSkeleton.table) \(map.text) {\n    "
            text += list.joined(separator: ",\n    ") + "\n}\n"
        }
        return text
    }

    private func sorted<Value>(_ values: [String: Value]) -> [(key: String, value: Value)] {
        values.sorted { $0.key < $1.key }
    }
}
