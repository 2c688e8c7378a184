// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// What changed between two states of an object, as paths.
public struct FieldComparison: Sendable, Equatable {
    public var added = FieldSet()
    public var removed = FieldSet()
    public var modified = FieldSet()

    public init() {}

    /// Whether nothing changed.
    public var isSame: Bool { added.isEmpty && removed.isEmpty && modified.isEmpty }

    /// What is new or different.
    var written: FieldSet { added.union(modified) }

    /// Compares two objects by their JSON.
    ///
    /// - Parameters:
    ///   - old: `{}` for what did not exist.
    ///   - ignoresSystemFields: whether to pass over those members of `metadata` that no manager owns.
    public init(_ old: [UInt8], _ new: [UInt8], shape: ApplyShape, ignoresSystemFields: Bool) {
        self.init(
            JSONTape(old), JSONTape(new), shape: shape, ignoresSystemFields: ignoresSystemFields, recorder: nil)
    }

    /// - Parameter recorder: is told what of `new` the result depends on.
    init(
        _ old: JSONTape, _ new: JSONTape, shape: ApplyShape, ignoresSystemFields: Bool, recorder: OwnershipRecorder?
    ) {
        let comparer = FieldComparer(
            old: old, new: new, ignoresSystemFields: ignoresSystemFields, recorder: recorder)
        self = comparer.compare(shape)
    }

    /// What is left where some fields do not count.
    func filtered(_ filter: FieldFilter) -> FieldComparison {
        var result = self
        result.added = filter.apply(added)
        result.removed = filter.apply(removed)
        result.modified = filter.apply(modified)
        return result
    }
}

/// Which changes of a write count: a write to `status` never owns `spec`.
///
/// - SeeAlso: `GetResetFields` of the strategies of kube-apiserver.
public enum FieldFilter: Sendable {
    /// All but these paths of member names, and what goes on from them.
    case dropping(FieldSet)
    /// None but these paths, and what goes on from them; nil stands for any element.
    case keeping([[String?]])

    /// Everything counts.
    public static let everything = FieldFilter.dropping(FieldSet())

    /// All but what these paths lead to.
    public static func dropping(_ paths: [String]...) -> FieldFilter { .dropping(FieldSet(paths: paths)) }

    func apply(_ set: FieldSet) -> FieldSet {
        switch self {
        case .dropping(let dropped): set.subtractingTrees(dropped)
        case .keeping(let patterns): Self.keep(set, patterns)
        }
    }

    private static func keep(_ set: FieldSet, _ patterns: [[String?]]) -> FieldSet {
        FieldSet(
            set.nodes.compactMap { node in
                let rest = patterns.compactMap { pattern -> [String?]? in
                    guard let first = pattern.first, first.map({ "f:" + $0 == node.element }) ?? true else {
                        return nil
                    }
                    return Array(pattern.dropFirst())
                }
                if rest.contains(where: \.isEmpty) { return node }
                let inner = keep(node.children, rest)
                return inner.isEmpty ? nil : FieldSet.Node(element: node.element, isMember: false, children: inner)
            })
    }
}

/// The walk over two objects at once.
private struct FieldComparer {
    let old: JSONTape
    let new: JSONTape
    let ignoresSystemFields: Bool
    let recorder: OwnershipRecorder?

    /// The nodes below one path.
    struct Changes {
        var added: [FieldSet.Node] = []
        var removed: [FieldSet.Node] = []
        var modified: [FieldSet.Node] = []
    }

    func compare(_ shape: ApplyShape) -> FieldComparison {
        var result = FieldComparison()
        guard !old.isEmpty, !new.isEmpty, old.kind(0) == .object, new.kind(0) == .object else { return result }
        var changes = Changes()
        compareMembers(shape, 0, 0, depth: 0, &changes)
        result.added = FieldSet(changes.added)
        result.removed = FieldSet(changes.removed)
        result.modified = FieldSet(changes.modified)
        return result
    }

    /// Compares what stands at one element.
    private func visit(
        _ shape: ApplyShape, _ oldAt: Int?, _ newAt: Int?, _ element: @autoclosure () -> String, depth: Int,
        _ out: inout Changes
    ) {
        if let oldAt, let newAt, old.isSameText(oldAt, new, newAt) { return }
        var inner = Changes()
        switch split(shape, oldAt, newAt) {
        case .leaf:
            if oldAt == nil {
                if let newAt { recorder?.free(new, newAt) }
                out.added.append(.init(element: element(), isMember: true))
            } else if newAt == nil {
                out.removed.append(.init(element: element(), isMember: true))
            } else if let oldAt, let newAt, old.value(oldAt) != new.value(newAt) {
                out.modified.append(.init(element: element(), isMember: true))
            }
            return
        case .members: compareMembers(shape, oldAt, newAt, depth: depth + 1, &inner)
        case .items(let item, let kind): compareItems(item, kind, oldAt, newAt, depth: depth + 1, &inner)
        }
        let (isAdded, isRemoved) = (oldAt == nil, newAt == nil)
        if isAdded || !inner.added.isEmpty {
            out.added.append(.init(element: element(), isMember: isAdded, children: FieldSet(inner.added)))
        }
        if isRemoved || !inner.removed.isEmpty {
            out.removed.append(.init(element: element(), isMember: isRemoved, children: FieldSet(inner.removed)))
        }
        if !inner.modified.isEmpty {
            out.modified.append(.init(element: element(), isMember: false, children: FieldSet(inner.modified)))
        }
    }

    private enum Split {
        case leaf, members
        case items(ApplyShape, ApplyListKind)
    }

    /// How a value is compared: as a whole, by its members or by its items. Where both sides are empty it is a whole, so that
    /// null and empty stay different.
    private func split(_ shape: ApplyShape, _ oldAt: Int?, _ newAt: Int?) -> Split {
        let isEmpty = (oldAt.map { old.isEmpty($0) } ?? true) && (newAt.map { new.isEmpty($0) } ?? true)
        if isEmpty { return .leaf }
        switch shape {
        case .scalar: return .leaf
        case .list(let item, let kind): return kind == .atomic ? .leaf : .items(item, kind)
        case .map(_, let isAtomic), .structure(_, let isAtomic): return isAtomic ? .leaf : .members
        case .anything:
            let isObject = { (kind: JSONTape.Kind?) in kind == nil || kind == .object || kind == .null }
            return isObject(oldAt.map { old.kind($0) }) && isObject(newAt.map { new.kind($0) }) ? .members : .leaf
        }
    }

    // MARK: - members

    private static let systemFields: Set<String> = [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
    ]

    private func isIgnored(_ name: String, depth: Int, inMetadata: Bool) -> Bool {
        if depth == 0 { return ignoresSystemFields && (name == "apiVersion" || name == "kind") }
        guard inMetadata else { return false }
        return ignoresSystemFields ? Self.systemFields.contains(name) : name == "managedFields"
    }

    private func compareMembers(
        _ shape: ApplyShape, _ oldAt: Int?, _ newAt: Int?, depth: Int, inMetadata: Bool = false, _ out: inout Changes
    ) {
        var finder = MemberFinder(old, oldAt)
        if let newAt, new.kind(newAt) == .object {
            for key in new.children(newAt) {
                let counterpart = finder.find(new, key)
                if let counterpart, old.isSameText(counterpart, new, key + 1) { continue }
                compareMember(shape, (new, key), counterpart, key + 1, depth: depth, inMetadata: inMetadata, &out)
            }
        }
        guard let oldAt, !finder.foundAll else { return }
        var back = MemberFinder(new, newAt)
        for key in old.children(oldAt) where back.find(old, key) == nil {
            compareMember(shape, (old, key), key + 1, nil, depth: depth, inMetadata: inMetadata, &out)
        }
    }

    /// - Parameter name: where it stands.
    private func compareMember(
        _ shape: ApplyShape, _ name: (tape: JSONTape, key: Int), _ oldAt: Int?, _ newAt: Int?, depth: Int,
        inMetadata: Bool, _ out: inout Changes
    ) {
        let (tape, key) = name
        if depth <= 1, isIgnored(tape.string(key), depth: depth, inMetadata: inMetadata) {
            if let newAt { recorder?.free(new, newAt) }
            return
        }
        var element = ""
        var inner = ApplyShape.anything
        switch shape {
        case .structure(let structure, _):
            if let place = structure.place(tape, key) {
                (inner, element) = (structure.fields[place].shape, structure.fields[place].element)
            } else {
                inner = structure.others ?? .anything
            }
        case .map(let value, _): inner = value
        default: break
        }
        let text = { element.isEmpty ? "f:" + tape.string(key) : element }
        guard depth == 0, tape.isString(key, "metadata") else {
            return visit(inner, oldAt, newAt, text(), depth: depth, &out)
        }
        var changes = Changes()
        compareMembers(inner, oldAt, newAt, depth: 1, inMetadata: true, &changes)
        let wrap = { (nodes: [FieldSet.Node]) -> [FieldSet.Node] in
            nodes.isEmpty ? [] : [.init(element: text(), isMember: false, children: FieldSet(nodes))]
        }
        out.added += wrap(changes.added)
        out.removed += wrap(changes.removed)
        out.modified += wrap(changes.modified)
    }

    // MARK: - items

    private func compareItems(
        _ item: ApplyShape, _ kind: ApplyListKind, _ oldAt: Int?, _ newAt: Int?, depth: Int, _ out: inout Changes
    ) {
        if oldAt.map({ old.isEmpty($0) }) ?? true, let newAt,
            compareNewItems(item, kind, newAt, depth: depth, &out)
        {
            return
        }
        recorder?.giveUp()
        let before = ItemIndex(old, oldAt, item, kind)
        let after = ItemIndex(new, newAt, item, kind)
        for element in after.order + before.order.filter({ after.places[$0] == nil }) {
            let (a, b) = (before.places[element] ?? [], after.places[element] ?? [])
            if a.count <= 1, b.count <= 1 {
                visit(item, a.first, b.first, element, depth: depth, &out)
            } else if a.count >= 2, b.count >= 2 {
                let isSame = a.count == b.count && Swift.zip(a, b).allSatisfy { old.value($0) == new.value($1) }
                if !isSame { out.modified.append(.init(element: element, isMember: true)) }
            } else if a.count >= 2 {
                // items that were told apart by nothing are owned as one: that mark goes, the one item comes
                if let only = b.first { visit(item, nil, only, element, depth: depth, &out) }
                out.removed.append(.init(element: element, isMember: true))
            } else {
                if let only = a.first { visit(item, only, nil, element, depth: depth, &out) }
                out.added.append(.init(element: element, isMember: true))
            }
        }
    }

    /// Takes a short list that comes where none was, whose items are all different.
    ///
    /// - Returns: false where the list is not such a one; then nothing is done.
    private func compareNewItems(
        _ item: ApplyShape, _ kind: ApplyListKind, _ newAt: Int, depth: Int, _ out: inout Changes
    ) -> Bool {
        guard new.kind(newAt) == .array else { return false }
        var found: [(element: String, at: Int)] = []
        for child in new.children(newAt) {
            guard let element = ItemIndex.element(new, child, item, kind) else { continue }
            for other in found where other.element == element { return false }
            guard found.count < 32 else { return false }
            found.append((element, child))
        }
        note(kind, found.map(\.at))
        for (element, at) in found { visit(item, nil, at, element, depth: depth, &out) }
        return true
    }

    /// Has the recorder know by what items are told apart.
    private func note(_ kind: ApplyListKind, _ items: [Int]) {
        guard let recorder else { return }
        for item in items {
            switch kind {
            case .atomic: break
            case .set: recorder.key(item)
            case .map(let keys): for key in keys { if let at = new.member(key, of: item) { recorder.key(at) } }
            }
        }
    }
}
