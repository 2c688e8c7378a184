// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ObjectEndpoint {
    /// Server-side apply: merges a configuration into the object, or creates it.
    ///
    /// - Parameter body: YAML or JSON.
    /// - Throws: `APIStatusError`: `Conflict` where another manager owns a field with another value, and what an update throws.
    func apply(_ body: [UInt8], _ context: WriteContext) async throws -> WriteResult {
        let request = try ApplyRequest(body)
        let applier = writer(context.fieldManager ?? "", context)
        var context = context
        context.fieldManager = nil
        context.createsMissing = context.subresource.isEmpty
        let write = context
        var result = try await update(context, checksUID: false) { old, stored in
            var object = try self.merge(request, into: old, stored, by: applier, force: write.options.force ?? false)
            _ = try request.checkDuplicates(write.options)
            try BodyDecoder.checkIdentity(&object.metadata, write, isNamespaced: self.info.isNamespaced)
            return object
        }
        result.warnings += try request.checkDuplicates(context.options)
        return result
    }

    private func merge(
        _ request: ApplyRequest, into old: Object, _ stored: StoredObject, by applier: FieldWriter, force: Bool
    ) throws -> Object {
        try request.check(is: Object.self)
        let facts = fieldFacts.get()
        let bytes = stored.uid.isEmpty ? facts.blank : try present(stored).bytes
        var live = try JSONValue.parse(bytes)
        live["metadata"]?["managedFields"] = nil
        let apply = FieldApply(
            blank: facts.blank, live: live, patch: request.patch, shape: facts.shape, subject: request.subject,
            writer: applier, force: force)
        guard let managed = ManagedFields(old.metadata.managedFields) else {
            throw APIStatusError.plain("failed to decode managed fields")
        }
        let applied = try apply.run(managed)
        var object = old
        if let merged = applied.object {
            object = try request.decode(Object.self, merged)
            definition.setDefaults(&object)
        }
        object.metadata.managedFields = applied.managed.encoded
        if applier.manager == ClientSideApply.manager, applier.subresource.isEmpty,
            let annotations = ClientSideApply.annotations(object.metadata.annotations, applying: request.patch)
        {
            object.metadata.annotations = annotations
        }
        return object
    }
}

extension FieldApply {
    /// Applies, with the errors that clients get.
    func run(_ managed: ManagedFields) throws(APIStatusError) -> FieldManager.Applied {
        do throws(ApplyFailure) {
            return try FieldManager.apply(self, managed)
        } catch {
            throw error.status
        }
    }
}
