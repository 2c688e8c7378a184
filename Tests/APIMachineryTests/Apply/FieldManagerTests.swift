// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIMachinery

/// A ConfigMap under the hands of several managers.
struct ManagedMap {
    var object: JSONValue = .object(JSONObject())
    var managed = ManagedFields()
    var now: Int64 = 1_000
    private static let blank = Array("{}".utf8)

    func writer(_ manager: String, subresource: String = "") -> FieldWriter {
        FieldWriter(manager: manager, apiVersion: "v1", subresource: subresource, now: Time(seconds: now))
    }

    /// Replaces the object.
    mutating func update(_ manager: String, _ json: String, isCreate: Bool = false) throws {
        let new = try JSONValue.parse(json)
        let changes = FieldComparison(
            object.bytes(), new.bytes(), shape: Shapes.configMap, ignoresSystemFields: true)
        managed = FieldManager.update(managed, isCreate: isCreate, changes: changes, by: writer(manager))
        object = new
    }

    mutating func apply(_ manager: String, _ json: String, force: Bool = false) throws {
        let apply = FieldApply(
            blank: Self.blank, live: object, patch: try JSONValue.parse(json), shape: Shapes.configMap,
            subject: "/a; /v1, Kind=ConfigMap", writer: writer(manager), force: force)
        let applied = try FieldManager.apply(apply, managed)
        managed = applied.managed
        object = applied.object ?? object
    }

    /// Each entry as `manager operation time set`.
    var entries: [String] {
        managed.encoded.map { entry in
            let time = entry.time.map { "\($0.seconds)" } ?? "-"
            return "\(entry.manager) \(entry.operation) \(time) "
                + String(decoding: entry.fieldsV1?.raw ?? [], as: UTF8.self)
        }
    }
}

struct FieldManagerTests {
    @Test("who creates owns all, who updates takes what changes, and what is gone belongs to nobody")
    func updates() throws {
        var map = ManagedMap()
        try map.update("a", #"{"data":{"x":"1","y":"1"}}"#, isCreate: true)
        #expect(map.entries == [#"a Update 1000 {"f:data":{".":{},"f:x":{},"f:y":{}}}"#])
        map.now += 1
        try map.update("b", #"{"data":{"x":"2","z":"1"}}"#)
        #expect(
            map.entries == [
                #"a Update 1000 {"f:data":{}}"#, #"b Update 1001 {"f:data":{"f:x":{},"f:z":{}}}"#,
            ])
        map.now += 1
        try map.update("b", #"{"data":{"x":"2","z":"1"}}"#)
        try map.update("c", #"{"data":{"x":"2"}}"#)
        #expect(map.entries == [#"a Update 1000 {"f:data":{}}"#, #"b Update 1001 {"f:data":{"f:x":{}}}"#])
    }

    @Test("an object without entries gets none by an update")
    func untracked() throws {
        var map = ManagedMap()
        map.object = try JSONValue.parse(#"{"data":{"x":"1"}}"#)
        try map.update("a", #"{"data":{"x":"2"}}"#)
        #expect(map.entries.isEmpty)
    }

    @Test("an applier owns what it says, shares equal values, and removes what it alone owned")
    func applies() throws {
        var map = ManagedMap()
        try map.apply("a", #"{"data":{"x":"1","y":"1"}}"#)
        map.now += 1
        try map.apply("b", #"{"data":{"x":"1"}}"#)
        // b changed nothing: it has no time, and comes first
        #expect(map.entries == [#"b Apply - {"f:data":{"f:x":{}}}"#, #"a Apply 1000 {"f:data":{"f:x":{},"f:y":{}}}"#])
        try map.apply("a", #"{"data":{}}"#)
        #expect(map.object == (try JSONValue.parse(#"{"data":{"x":"1"}}"#)))
        try map.apply("b", "{}")
        #expect(map.object["data"]?.isNull ?? map.object["data"]?.objectValue?.isEmpty ?? true)
    }

    @Test("another value is a conflict unless it is forced; then the other loses the field")
    func conflicts() throws {
        var map = ManagedMap()
        try map.apply("a", #"{"data":{"x":"1","y":"1"}}"#)
        let failure = #expect(throws: ApplyFailure.self) { try map.apply("b", #"{"data":{"x":"2","y":"2"}}"#) }
        let status = try #require(failure).status
        #expect(status.code == 409)
        #expect(status.message == "Apply failed with 2 conflicts: conflicts with \"a\":\n- .data.x\n- .data.y")
        #expect(status.details?.causes.map(\.field) == [".data.x", ".data.y"])
        try map.apply("b", #"{"data":{"x":"2"}}"#, force: true)
        #expect(
            map.entries == [#"a Apply 1000 {"f:data":{"f:y":{}}}"#, #"b Apply 1000 {"f:data":{"f:x":{}}}"#])
    }

    @Test("a conflict with an update names its version, one of a subresource names that")
    func conflictNames() throws {
        var map = ManagedMap()
        try map.update("a", #"{"data":{"x":"1"}}"#, isCreate: true)
        let failure = #expect(throws: ApplyFailure.self) { try map.apply("b", #"{"data":{"x":"2"}}"#) }
        #expect(failure?.status.message == "Apply failed with 1 conflict: conflict with \"a\" using v1: .data.x")
        map.managed.entries[0].subresource = "status"
        map.managed.entries[0].isApply = true
        let other = #expect(throws: ApplyFailure.self) { try map.apply("b", #"{"data":{"x":"2"}}"#) }
        #expect(
            other?.status.message
                == "Apply failed with 1 conflict: conflict with \"a\" with subresource \"status\": .data.x")
    }

    @Test("what was there before anybody applied belongs to before-first-apply")
    func firstApply() throws {
        var map = ManagedMap()
        map.object = try JSONValue.parse(#"{"data":{"x":"1"}}"#)
        try map.apply("a", #"{"data":{"y":"1"}}"#)
        #expect(
            map.entries == [
                #"a Apply 1000 {"f:data":{"f:y":{}}}"#, #"before-first-apply Update 1000 {"f:data":{".":{},"f:x":{}}}"#,
            ])
    }

    @Test("kubectl takes over what its client-side apply wrote, but not what changed since")
    func clientSideApply() throws {
        let last = #"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"data\":{\"x\":\"1\",\"y\":\"1\"}}"#
        let object =
            #"{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"\#(last)"}},"data":{"x":"1","y":"2"}}"#
        var map = ManagedMap()
        try map.update("kubectl-client-side-apply", object, isCreate: true)
        #expect(throws: ApplyFailure.self) { try map.apply("other", #"{"data":{"x":"3"}}"#) }
        #expect(throws: ApplyFailure.self) { try map.apply("kubectl", #"{"data":{"y":"3"}}"#) }
        try map.apply("kubectl", #"{"data":{"x":"3"}}"#)
        #expect(map.object.at("data", "x") == "3")
    }

    @Test("the oldest updates beyond ten become one")
    func cap() throws {
        var map = ManagedMap()
        for i in 0..<12 {
            map.now += 1
            let data = (0...i).map { "\"k\($0)\":\"1\"" }.joined(separator: ",")
            try map.update("m\(i)", "{\"data\":{\(data)}}", isCreate: i == 0)
        }
        let entries = map.entries
        #expect(entries.count == 10)
        #expect(entries[0] == #"ancient-changes Update 1003 {"f:data":{".":{},"f:k0":{},"f:k1":{},"f:k2":{}}}"#)
        #expect(entries[1] == #"m3 Update 1004 {"f:data":{"f:k3":{}}}"#)
    }

    @Test(
        "the manager is the agent's name where none is given",
        arguments: [
            ("kubectl/v1.36.0 (linux/amd64)", "kubectl"), ("plain", "plain"), ("", ""), ("a\u{7}b/c", "ab"),
            (String(repeating: "x", count: 200), String(repeating: "x", count: 128)),
            (String(repeating: "é", count: 65), String(repeating: "é", count: 64)),
        ])
    func manager(_ agent: String, _ name: String) {
        #expect(FieldWriter.manager(userAgent: agent) == name)
    }

    @Test("a request that names nobody is by unknown")
    func unknown() {
        #expect(FieldWriter(manager: "", apiVersion: "v1", subresource: "", now: Time()).manager == "unknown")
    }
}

struct ManagedFieldsTests {
    private static func entry(_ manager: String, _ set: String = #"{"f:a":{}}"#) -> ManagedFieldsEntry {
        var entry = ManagedFieldsEntry()
        entry.manager = manager
        entry.operation = "Update"
        entry.apiVersion = "v1"
        entry.fieldsType = "FieldsV1"
        entry.fieldsV1 = FieldsV1(raw: Array(set.utf8))
        return entry
    }

    @Test("a request can rewrite the entries or clear them, but not with what cannot be understood")
    func base() {
        let stored = [Self.entry("stored")]
        var bad = Self.entry("bad")
        bad.operation = "Bogus"
        let names = { (proposed: [ManagedFieldsEntry], takes: Bool) in
            ManagedFields.base(stored: stored, proposed: proposed, takesProposed: takes).encoded.map(\.manager)
        }
        #expect(names([], true) == ["stored"])
        #expect(names([ManagedFieldsEntry()], true) == [])
        #expect(names([Self.entry("new")], true) == ["new"])
        #expect(names([Self.entry("new")], false) == ["stored"])
        #expect(names([bad], true) == ["stored"])
        bad = Self.entry("bad")
        bad.fieldsType = "FieldsV9"
        #expect(names([bad], true) == ["stored"])
    }

    @Test("times alone make no difference")
    func times() {
        var later = Self.entry("a")
        later.time = Time(seconds: 5)
        #expect(ManagedFields.isSame([Self.entry("a")], [later]))
        #expect(!ManagedFields.isSame([Self.entry("a")], [Self.entry("b")]))
        #expect(!ManagedFields.isSame([Self.entry("a")], []))
    }

    @Test("the number of replicas has one owner on both sides of scale")
    func scale() throws {
        var owner = Self.entry("a", #"{"f:spec":{"f:paused":{},"f:replicas":{}}}"#)
        owner.apiVersion = "apps/v1"
        let fields = ScaleFields([owner], apiVersion: "apps/v1")
        let scale = try #require(fields.scale.first)
        #expect(fields.scale.count == 1)
        #expect(scale.apiVersion == "autoscaling/v1")
        #expect(scale.fieldsV1?.raw == Array(#"{"f:spec":{"f:replicas":{}}}"#.utf8))
        var other = scale
        other.manager = "b"
        other.subresource = "scale"
        other.time = Time(seconds: 9)
        let parent = fields.parent(after: [other])
        #expect(parent.map(\.manager) == ["a", "b"])
        #expect(parent[0].fieldsV1?.raw == Array(#"{"f:spec":{"f:paused":{}}}"#.utf8))
        #expect(parent[1].apiVersion == "apps/v1")
        #expect(parent[1].time == nil)
    }
}
