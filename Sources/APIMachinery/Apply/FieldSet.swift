// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Wire

/// A set of field paths: what a manager owns of an object.
///
/// - SeeAlso: `Set` of `sigs.k8s.io/structured-merge-diff/fieldpath`.
public struct FieldSet: Sendable, Equatable {
    /// One step of a path, with all paths that go on from it.
    struct Node: Sendable, Equatable {
        /// `f:name` for a member, `k:{"name":"a"}` for a list item by its key, `v:"a"` for one by its value.
        var element: String
        /// Whether the path that ends here is in the set.
        var isMember: Bool
        var children = FieldSet()

        var isEmpty: Bool { !isMember && children.isEmpty }
    }

    /// In the order of their elements, each once, none empty.
    private(set) var nodes: [Node] = []

    public init() {}

    /// - Parameter nodes: in any order, each element once.
    init(_ nodes: [Node]) {
        self.nodes = nodes
        for i in nodes.indices.dropFirst() where !(nodes[i - 1].element < nodes[i].element) {
            self.nodes.sort { $0.element < $1.element }
            return
        }
    }

    /// The set of paths of member names.
    public init(paths: [[String]]) {
        for path in paths {
            let leaf = path.reversed().reduce(FieldSet?.none) { inner, name in
                FieldSet([Node(element: "f:" + name, isMember: inner == nil, children: inner ?? FieldSet())])
            }
            if let leaf { self = union(leaf) }
        }
    }

    public var isEmpty: Bool { nodes.isEmpty }

    /// The node of an element.
    func node(_ element: String) -> Node? {
        var (low, high) = (0, nodes.count)
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].element == element { return nodes[middle] }
            if nodes[middle].element < element { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Whether a path of member names is in the set.
    public func contains(_ path: [String]) -> Bool {
        guard let first = path.first, let node = node("f:" + first) else { return false }
        return path.count == 1 ? node.isMember : node.children.contains(Array(path.dropFirst()))
    }
}

extension FieldSet {
    /// Steps through two sets side by side.
    private func zip(_ other: FieldSet, _ combine: (Node?, Node?) -> Node?) -> FieldSet {
        var out: [Node] = []
        out.reserveCapacity(Swift.max(nodes.count, other.nodes.count))
        var (i, j) = (0, 0)
        while i < nodes.count || j < other.nodes.count {
            var (mine, its): (Node?, Node?) = (nil, nil)
            if j >= other.nodes.count {
                mine = nodes[i]
            } else if i >= nodes.count {
                its = other.nodes[j]
            } else if nodes[i].element == other.nodes[j].element {
                (mine, its) = (nodes[i], other.nodes[j])
            } else if nodes[i].element < other.nodes[j].element {
                mine = nodes[i]
            } else {
                its = other.nodes[j]
            }
            if mine != nil { i += 1 }
            if its != nil { j += 1 }
            if let node = combine(mine, its), !node.isEmpty { out.append(node) }
        }
        return FieldSet(out)
    }

    /// The paths of either set.
    public func union(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        return zip(other) { mine, its in
            guard var node = mine, let its else { return mine ?? its }
            node.isMember = node.isMember || its.isMember
            node.children = node.children.union(its.children)
            return node
        }
    }

    /// The paths of both sets.
    public func intersection(_ other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return FieldSet() }
        return zip(other) { mine, its in
            guard var node = mine, let its else { return nil }
            node.isMember = node.isMember && its.isMember
            node.children = node.children.intersection(its.children)
            return node
        }
    }

    /// The paths that are not in the other set.
    public func subtracting(_ other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return self }
        return zip(other) { mine, its in
            guard var node = mine, let its else { return mine }
            node.isMember = node.isMember && !its.isMember
            node.children = node.children.subtracting(its.children)
            return node
        }
    }

    /// The paths that are neither in the other set nor go on from one of its paths.
    public func subtractingTrees(_ other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return self }
        return zip(other) { mine, its in
            guard var node = mine, let its else { return mine }
            if its.isMember { return nil }
            node.children = node.children.subtractingTrees(its.children)
            return node
        }
    }

    /// Whether a path is in both sets.
    public func intersects(_ other: FieldSet) -> Bool {
        var (i, j) = (0, 0)
        while i < nodes.count, j < other.nodes.count {
            let (mine, its) = (nodes[i], other.nodes[j])
            if mine.element == its.element {
                if mine.isMember && its.isMember || mine.children.intersects(its.children) { return true }
                (i, j) = (i + 1, j + 1)
            } else if mine.element < its.element {
                i += 1
            } else {
                j += 1
            }
        }
        return false
    }

    /// Whether every path is in the other set, too.
    public func isSubset(of other: FieldSet) -> Bool { subtracting(other).isEmpty }

    /// The set with every declared member that leads to one of its paths.
    func includingDeclaredMembers(_ shape: ApplyShape) -> FieldSet {
        FieldSet(
            nodes.map { node in
                guard !node.children.isEmpty else { return node }
                let (inner, isDeclared) = shape.child(node.element)
                return Node(
                    element: node.element, isMember: node.isMember || isDeclared,
                    children: node.children.includingDeclaredMembers(inner))
            })
    }

    /// Calls `body` with each path as its steps: those that end at a level before those that go on.
    func forEachPath(_ prefix: [String] = [], _ body: ([String]) -> Void) {
        for node in nodes where node.isMember { body(prefix + [node.element]) }
        for node in nodes where !node.children.isEmpty { node.children.forEachPath(prefix + [node.element], body) }
    }
}
