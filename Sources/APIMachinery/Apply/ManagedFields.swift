// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

/// Who owns which fields of an object: `metadata.managedFields` read into sets.
///
/// - SeeAlso: `k8s.io/apimachinery/pkg/util/managedfields`.
public struct ManagedFields: Sendable {
    /// One entry, whose set is read only when it is needed.
    struct Entry: Sendable {
        var manager: String
        var isApply: Bool
        var apiVersion: String
        var subresource: String
        var time: Time?
        /// As it stands in the object.
        private(set) var raw: FieldsV1
        private var parsed: FieldSet?

        init(_ writer: FieldWriter, isApply: Bool, set: FieldSet, time: Time?) {
            manager = writer.manager
            self.isApply = isApply
            apiVersion = writer.apiVersion
            subresource = writer.subresource
            self.time = time
            parsed = set
            raw = set.fieldsV1
        }

        /// An update whose set nobody needs to look into.
        init(_ writer: FieldWriter, fields: FieldsV1) {
            manager = writer.manager
            isApply = false
            apiVersion = writer.apiVersion
            subresource = writer.subresource
            time = writer.now
            raw = fields
        }

        /// nil where the entry cannot be understood.
        init?(_ entry: ManagedFieldsEntry) {
            guard entry.operation == "Apply" || entry.operation == "Update", !entry.apiVersion.isEmpty,
                entry.fieldsType == "FieldsV1", let fields = entry.fieldsV1, let set = FieldSet(fields)
            else { return nil }
            manager = entry.manager
            isApply = entry.operation == "Apply"
            apiVersion = entry.apiVersion
            subresource = entry.subresource
            time = entry.time
            raw = fields
            parsed = set
        }

        var set: FieldSet {
            get { parsed ?? FieldSet() }
            set {
                guard newValue != parsed else { return }
                parsed = newValue
                raw = newValue.fieldsV1
            }
        }

        /// What tells managers apart, and orders them where nothing else does: as JSON, because upstream sorts it so. One
        /// manager applies under the same identity in every version.
        var identity: String {
            let members: [(String, String)] = [
                ("manager", manager), ("operation", isApply ? "Apply" : "Update"),
                ("apiVersion", isApply ? "" : apiVersion), ("subresource", subresource),
            ]
            let object = JSONObject(members.filter { !$0.1.isEmpty }.map { ($0.0, JSONValue.string($0.1)) })
            return String(decoding: JSONValue.object(object).bytes(), as: UTF8.self)
        }

        func isSameManager(_ other: Entry) -> Bool {
            manager == other.manager && isApply == other.isApply && subresource == other.subresource
                && (isApply || apiVersion == other.apiVersion)
        }

        var encoded: ManagedFieldsEntry {
            var entry = ManagedFieldsEntry()
            entry.manager = manager
            entry.operation = isApply ? "Apply" : "Update"
            entry.apiVersion = apiVersion
            entry.subresource = subresource
            entry.time = time
            entry.fieldsType = "FieldsV1"
            entry.fieldsV1 = raw
            return entry
        }
    }

    var entries: [Entry] = []

    public init() {}

    /// Reads the entries of an object.
    ///
    /// - Returns: nil where one of them cannot be understood.
    public init?(_ encoded: [ManagedFieldsEntry]) {
        for entry in encoded {
            guard let read = Entry(entry) else { return nil }
            if let at = entries.firstIndex(where: { $0.isSameManager(read) }) {
                entries[at] = read
            } else {
                entries.append(read)
            }
        }
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// What the entries of a request, or else those of the stored object, say.
    ///
    /// - Parameters:
    ///   - proposed: what the request says; a single empty entry takes all ownership away.
    ///   - takesProposed: false for a subresource, which never changes ownership directly.
    public static func base(
        stored: [ManagedFieldsEntry], proposed: [ManagedFieldsEntry], takesProposed: Bool
    ) -> ManagedFields {
        if takesProposed {
            if proposed == [ManagedFieldsEntry()] { return ManagedFields() }
            if proposed != stored, let read = ManagedFields(proposed), !read.isEmpty { return read }
        }
        return ManagedFields(stored) ?? ManagedFields()
    }

    /// The entries as objects show them: who applies first, then by time and name.
    public var encoded: [ManagedFieldsEntry] { entries.sorted(by: Self.precedes).map(\.encoded) }

    private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
        if a.isApply != b.isApply { return a.isApply }
        let (timeA, timeB) = (a.time?.seconds ?? 0, b.time?.seconds ?? 0)
        if timeA != timeB { return timeA < timeB }
        if a.manager != b.manager { return a.manager < b.manager }
        if a.apiVersion != b.apiVersion { return a.apiVersion < b.apiVersion }
        return a.subresource < b.subresource
    }

    /// Whether two lists of entries differ in nothing but times.
    public static func isSame(_ a: [ManagedFieldsEntry], _ b: [ManagedFieldsEntry]) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).allSatisfy { left, right in
            var left = left
            left.time = right.time
            return left == right
        }
    }

    func index(of manager: Entry) -> Int? { entries.firstIndex { $0.isSameManager(manager) } }
}

/// Who writes, and what of it counts.
public struct FieldWriter: Sendable {
    /// The name of the manager; never empty.
    public var manager: String
    /// The group and version of the request.
    public var apiVersion: String
    public var subresource: String
    public var now: Time
    public var filter: FieldFilter

    public init(
        manager: String, apiVersion: String, subresource: String, now: Time, filter: FieldFilter = .everything
    ) {
        self.manager = manager.isEmpty ? "unknown" : manager
        self.apiVersion = apiVersion
        self.subresource = subresource
        self.now = now
        self.filter = filter
    }

    /// The longest name of a manager, in bytes.
    static let longestName = 128

    /// The manager of a request that names none: what stands before the first slash of its `User-Agent`, as far as it can be
    /// printed.
    public static func manager(userAgent: String) -> String {
        var name = ""
        for scalar in userAgent.unicodeScalars.prefix(while: { $0 != "/" }) where isPrintable(scalar) {
            if name.utf8.count + UTF8.width(scalar) > longestName { break }
            name.unicodeScalars.append(scalar)
        }
        return name
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }
}
