// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Finds the objects of a list request.
struct ListReader: Sendable {
    let cache: ResourceCache
    let selection: ObjectSelection
    let options: ListOptions

    /// The page that the options ask for.
    ///
    /// - Throws: `APIStatusError`: 400 for tokens and revisions that are none, 410 for what is forgotten, 504 for the future.
    func page() async throws -> ObjectPageResult {
        if !options.continueToken.isEmpty { return try await continued() }
        let snapshot = try await firstSnapshot()
        return page(of: snapshot, from: snapshot.tree.range(namespace: selection.namespace).0)
    }

    /// The state that a list without token is about.
    private func firstSnapshot() async throws -> Snapshot {
        let asked = try revision(options.resourceVersion)
        guard asked > 0 else { return try await cache.snapshot() }
        let isExact =
            options.resourceVersionMatch == "Exact" || (options.resourceVersionMatch.isEmpty && options.limit > 0)
        if isExact { return try await snapshot(at: asked) }
        let current = try await cache.snapshot()
        guard asked <= current.revision else { throw APIStatusError.tooLarge(asked, current: current.revision) }
        return current
    }

    private func revision(_ text: String) throws -> UInt64 {
        guard !text.isEmpty else { return 0 }
        guard let value = UInt64(text) else {
            throw APIStatusError.badRequest(
                "invalid resource version: resourceVersion: Invalid value: \(GoText.quote(text)): strconv.ParseUint: parsing "
                    + "\(GoText.quote(text)): invalid syntax")
        }
        return value
    }

    private func snapshot(at revision: UInt64) async throws -> Snapshot {
        do {
            return try await cache.snapshot(at: revision)
        } catch let error as StoreError where error.code == .futureRevision {
            throw APIStatusError.tooLarge(revision, current: cache.store.currentRevision.rawValue)
        } catch let error as StoreError where error.code == .compacted {
            throw APIStatusError.expired("The resourceVersion for the provided list is too old.")
        }
    }

    private func continued() async throws -> ObjectPageResult {
        let token = try ContinueToken(decoding: options.continueToken)
        if !options.resourceVersion.isEmpty, options.resourceVersion != "0" {
            throw APIStatusError.badRequest("specifying resource version is not allowed when using continue")
        }
        let snapshot: Snapshot
        if token.revision > 0 {
            do {
                snapshot = try await self.snapshot(at: UInt64(token.revision))
            } catch let error as APIStatusError where error.reason == APIStatusError.Reason.expired {
                throw Self.expired(token)
            }
        } else {
            snapshot = try await cache.snapshot()
        }
        let start = Self.place(token.start, namespace: selection.namespace, isNamespaced: cache.isNamespaced)
        return page(of: snapshot, from: snapshot.tree.lowerBound(namespace: start.namespace, name: start.name))
    }

    /// 410 with a token that goes on in whatever is newest.
    private static func expired(_ token: ContinueToken) -> APIStatusError {
        var error = APIStatusError.expired(expiredMessage)
        error.continueToken = ContinueToken(revision: -1, start: token.start).encoded()
        return error
    }

    private static let expiredMessage =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the "
        + "continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing "
        + "with the provided token results in an inconsistent list - objects that were created, modified, or deleted between "
        + "the time the first chunk was returned and now may show up in the list."

    /// The key that a token stands for: relative to the namespace where the list is of one.
    private static func place(_ start: String, namespace: String, isNamespaced: Bool) -> (
        namespace: String, name: String
    ) {
        guard isNamespaced, namespace.isEmpty else { return (namespace, start) }
        guard let slash = start.utf8.firstIndex(of: UInt8(ascii: "/")) else { return (start, "") }
        return (String(start[..<slash]), String(start[start.index(after: slash)...]))
    }

    private func page(of snapshot: Snapshot, from start: ObjectTree.Position) -> ObjectPageResult {
        // a list of any state, however old, is not cut into pages
        let limited = options.resourceVersion == "0" ? 0 : options.limit
        let limit = limited > 0 ? limited : Int.max
        guard selection.isWholeNamespace else { return picked(from: snapshot, start, limit) }
        let tree = snapshot.tree
        let count = max(0, tree.distance(from: start, to: tree.range(namespace: selection.namespace).1))
        let objects = SelectedObjects(tree, from: start, count: min(limit, count))
        var result = ObjectPageResult(objects: objects, revision: snapshot.revision)
        guard count > objects.count else { return result }
        end(&result, of: snapshot)
        result.remaining = count - objects.count
        return result
    }

    /// The page of those objects that the selectors pick.
    private func picked(from snapshot: Snapshot, _ start: ObjectTree.Position, _ limit: Int) -> ObjectPageResult {
        guard limit < .max || !options.continueToken.isEmpty else {
            return ObjectPageResult(
                objects: SelectedObjects(snapshot.objects(selection)), revision: snapshot.revision)
        }
        var objects: [StoredObject] = []
        var hasMore = false
        let end = snapshot.tree.range(namespace: selection.namespace).1
        snapshot.tree.forEach(from: start, to: end) { object in
            guard selection.matches(object) else { return true }
            if objects.count == limit {
                hasMore = true
                return false
            }
            objects.append(object)
            return true
        }
        var result = ObjectPageResult(objects: SelectedObjects(objects), revision: snapshot.revision)
        if hasMore { self.end(&result, of: snapshot) }
        return result
    }

    /// Says where the next page begins, and keeps the state for it.
    private func end(_ result: inout ObjectPageResult, of snapshot: Snapshot) {
        guard let last = result.objects.last else { return }
        let isGlobal = cache.isNamespaced && selection.namespace.isEmpty
        let key = isGlobal ? "\(last.namespace)/\(last.name)" : last.name
        result.continueToken = ContinueToken(revision: Int64(clamping: snapshot.revision), start: key + "\0").encoded()
        cache.keep(snapshot)
    }
}
