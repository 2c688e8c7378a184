// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Synchronization
import Wire

/// Notes, while a new object's fields are collected, which texts of its JSON the result depends on.
final class OwnershipRecorder {
    private var isFree: [Bool]
    private var isKey: [Bool]
    /// Whether all that the result depends on was noted.
    private(set) var isComplete = true

    init(_ tape: JSONTape) {
        isFree = Array(repeating: false, count: tape.tokens.count)
        isKey = isFree
    }

    /// The value at a token counts as one, whatever it is.
    func free(_ tape: JSONTape, _ at: Int) {
        for token in at..<max(at + 1, Int(tape.tokens[at].next)) where token < isFree.count { isFree[token] = true }
    }

    /// The value at a token is part of a path.
    func key(_ at: Int) { isKey[at] = true }

    /// The object has something that is not noted.
    func giveUp() { isComplete = false }

    /// For each token, whether another object must have the same text there.
    var fixed: [Bool] { zip(isFree, isKey).map { !$0 || $1 } }
}

/// An object that was made before, and who makes it owns which fields of it.
struct OwnershipTemplate: Sendable {
    private let tape: JSONTape
    private let isFixed: [Bool]
    let fields: FieldsV1

    init(_ tape: JSONTape, _ recorder: OwnershipRecorder, fields: FieldsV1) {
        self.tape = tape
        isFixed = recorder.fixed
        self.fields = fields
    }

    /// Whether an object differs only in values that no path depends on.
    func matches(_ other: JSONTape) -> Bool {
        guard tape.tokens.count == other.tokens.count else { return false }
        return tape.tokens.withUnsafeBufferPointer { mine in
            other.tokens.withUnsafeBufferPointer { its in
                isFixed.withUnsafeBufferPointer { isFixed in
                    for at in mine.indices {
                        guard mine[at].kind == its[at].kind, mine[at].next == its[at].next else { return false }
                        let isContainer = mine[at].kind == .object || mine[at].kind == .array
                        if !isContainer, isFixed[at], !tape.isSameText(at, other, at) { return false }
                    }
                    return true
                }
            }
        }
    }
}

/// The last objects of a kind that were created and are not like each other.
///
/// Most objects are made from templates, hundreds from the same: what their maker owns is collected once.
public final class OwnershipTemplates: Sendable {
    private let known = Mutex<[OwnershipTemplate]>([])
    private static let limit = 8
    /// Of larger objects none is kept, in bytes of JSON.
    private static let largest = 64 << 10

    public init() {}

    func find(_ tape: JSONTape) -> FieldsV1? {
        known.withLock { $0 }.first { $0.matches(tape) }?.fields
    }

    func add(_ template: OwnershipTemplate, size: Int) {
        guard size <= Self.largest else { return }
        known.withLock { known in
            if known.count >= Self.limit { known.removeFirst() }
            known.append(template)
        }
    }
}

extension FieldManager {
    /// The entries of an object that is new and has none yet.
    ///
    /// - Parameter fields: those that its maker owns.
    public static func create(_ fields: FieldsV1, by writer: FieldWriter) -> [ManagedFieldsEntry] {
        [ManagedFields.Entry(writer, fields: fields).encoded]
    }

    /// The entries of an object that is new and has none yet.
    ///
    /// - Parameters:
    ///   - object: its JSON, as the request says it.
    ///   - blank: the JSON of an object of the kind that says nothing.
    public static func create(
        _ object: [UInt8], blank: [UInt8], shape: ApplyShape, by writer: FieldWriter, _ templates: OwnershipTemplates
    ) -> [ManagedFieldsEntry] {
        let tape = JSONTape(object)
        if let fields = templates.find(tape) {
            return create(fields, by: writer)
        }
        let recorder = OwnershipRecorder(tape)
        let changes = FieldComparison(
            JSONTape(blank), tape, shape: shape, ignoresSystemFields: true, recorder: recorder)
        let entries = update(ManagedFields(), isCreate: true, changes: changes, by: writer).encoded
        if entries.count == 1, let fields = entries[0].fieldsV1, recorder.isComplete {
            templates.add(OwnershipTemplate(tape, recorder, fields: fields), size: object.count)
        }
        return entries
    }
}
