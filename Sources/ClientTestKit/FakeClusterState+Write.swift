// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Wire

extension FakeClusterState {
    mutating func create(_ path: FakePath, _ body: JSONValue, now: String) throws(FakeFailure) -> JSONValue {
        var object = body
        if object["metadata"]?.objectValue == nil { object["metadata"] = [:] }
        lastID += 1
        if object.at("metadata", "name")?.stringValue?.isEmpty ?? true,
            let prefix = object.at("metadata", "generateName")?.stringValue, !prefix.isEmpty
        {
            object["metadata"]?["name"] = .string(prefix + Self.suffix(lastID))
        }
        guard let name = object.at("metadata", "name")?.stringValue, !name.isEmpty else {
            throw FakeFailure(
                status: 422, reason: "Invalid",
                message: "metadata.name: Required value: name or generateName is required")
        }
        let key = ObjectKey(namespace: path.namespace, name: name)
        if objects[path.collection]?[key] != nil { throw .alreadyExists(path, name) }
        try checkNamespace(path)
        if !path.namespace.isEmpty { object["metadata"]?["namespace"] = .string(path.namespace) }
        object["metadata"]?["uid"] = .string(Self.uid(lastID))
        object["metadata"]?["creationTimestamp"] = .string(now)
        if object["spec"] != nil { object["metadata"]?["generation"] = 1 }
        if path.collection == "namespaces" {
            object["spec"] = ["finalizers": ["kubernetes"]]
            object["status"] = ["phase": "Active"]
        }
        if path.collection == "pods", object.at("status", "phase") == nil {
            var status = object["status"] ?? [:]
            status["phase"] = "Pending"
            object["status"] = status
        }
        return store(object, path, key)
    }

    /// - Parameter body: what the client sent, or what a patch made of the present object.
    mutating func update(_ path: FakePath, _ body: JSONValue, now: String) throws(FakeFailure) -> JSONValue {
        let old = try get(path)
        let version = body.at("metadata", "resourceVersion")?.stringValue ?? ""
        if !version.isEmpty, version != old.at("metadata", "resourceVersion")?.stringValue {
            throw .conflict(
                path, "the object has been modified; please apply your changes to the latest version and try again")
        }
        if let uid = body.at("metadata", "uid")?.stringValue, !uid.isEmpty,
            uid != old.at("metadata", "uid")?.stringValue
        {
            throw .conflict(path, "Precondition failed: UID in precondition: \(uid)")
        }
        var new = merged(old: old, body: body, path)
        if new == old { return old }
        if Self.spec(new) != Self.spec(old), path.subresource != "status" {
            new["metadata"]?["generation"] = .int((old.at("metadata", "generation")?.int64Value ?? 0) + 1)
        }
        return isFinished(new, path) ? store(nil, path, path.key) : store(new, path, path.key)
    }

    mutating func delete(_ path: FakePath, _ options: JSONValue, now: String) throws(FakeFailure) -> JSONValue {
        var object = try get(path)
        if let uid = options.at("preconditions", "uid")?.stringValue, uid != object.at("metadata", "uid")?.stringValue {
            throw .conflict(path, "Precondition failed: UID in precondition: \(uid)")
        }
        if let version = options.at("preconditions", "resourceVersion")?.stringValue,
            version != object.at("metadata", "resourceVersion")?.stringValue
        {
            throw .conflict(path, "Precondition failed: ResourceVersion in precondition: \(version)")
        }
        let finalizer: String? =
            switch options["propagationPolicy"]?.stringValue {
            case "Foreground": "foregroundDeletion"
            case "Orphan": "orphan"
            default: nil
            }
        if let finalizer { Self.add(finalizer: finalizer, to: &object) }
        let grace = gracePeriod(object, options, path)
        let stays = !Self.finalizers(object).isEmpty || grace > 0 || path.collection == "namespaces"
        if !stays { return store(nil, path, path.key) }
        if object.at("metadata", "deletionTimestamp") == nil {
            object["metadata"]?["deletionTimestamp"] = .string(now)
            object["metadata"]?["deletionGracePeriodSeconds"] = .int(grace)
            if path.collection == "namespaces" { object["status"] = ["phase": "Terminating"] }
        }
        return object == (try get(path)) ? object : store(object, path, path.key)
    }

    private func gracePeriod(_ object: JSONValue, _ options: JSONValue, _ path: FakePath) -> Int64 {
        guard path.collection == "pods", self.options.boundPodsStayWhileTerminating else { return 0 }
        guard let node = object.at("spec", "nodeName")?.stringValue, !node.isEmpty else { return 0 }
        let asked = options["gracePeriodSeconds"]?.int64Value
        return asked ?? object.at("spec", "terminationGracePeriodSeconds")?.int64Value ?? 30
    }

    /// The parts that this request may change, over those that it may not.
    private func merged(old: JSONValue, body: JSONValue, _ path: FakePath) -> JSONValue {
        if path.subresource == "status" {
            var new = old
            new["status"] = body["status"]
            return new
        }
        var new = body
        let kept = [
            "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
            "resourceVersion",
        ]
        if new["metadata"]?.objectValue == nil { new["metadata"] = [:] }
        for name in kept { new["metadata"]?[name] = old.at("metadata", name) }
        if !path.namespace.isEmpty { new["metadata"]?["namespace"] = .string(path.namespace) }
        if old["status"] != nil || new["status"] != nil, options.separatesStatus { new["status"] = old["status"] }
        if path.collection == "namespaces", path.subresource != "finalize" { new["spec"] = old["spec"] }
        return new
    }

    /// Whether the last finalizer of an object that is to be deleted has gone.
    private func isFinished(_ object: JSONValue, _ path: FakePath) -> Bool {
        guard object.at("metadata", "deletionTimestamp") != nil, Self.finalizers(object).isEmpty else { return false }
        if path.collection == "namespaces" { return object.at("spec", "finalizers")?.arrayValue?.isEmpty ?? true }
        return object.at("metadata", "deletionGracePeriodSeconds")?.int64Value ?? 0 == 0
    }

    private func checkNamespace(_ path: FakePath) throws(FakeFailure) {
        guard !path.namespace.isEmpty,
            let namespace = objects["namespaces"]?[ObjectKey(name: path.namespace)],
            namespace.at("metadata", "deletionTimestamp") != nil
        else { return }
        throw FakeFailure(
            status: 403, reason: "Forbidden",
            message: "unable to create new content in namespace \(path.namespace) because it is being terminated",
            cause: "NamespaceTerminating")
    }

    private static func add(finalizer: String, to object: inout JSONValue) {
        let present = finalizers(object)
        if present.contains(finalizer) { return }
        object["metadata"]?["finalizers"] = .array((present + [finalizer]).map { .string($0) })
    }

    private static func finalizers(_ object: JSONValue) -> [String] {
        object.at("metadata", "finalizers")?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// All but metadata and status.
    private static func spec(_ object: JSONValue) -> JSONValue {
        var rest = object
        rest["metadata"] = nil
        rest["status"] = nil
        return rest
    }

    private static func uid(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    /// Five letters that differ from call to call.
    private static func suffix(_ number: Int) -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        var rest = number
        var text = ""
        for _ in 0..<5 {
            text.append(letters[rest % letters.count])
            rest /= letters.count
        }
        return text
    }
}
