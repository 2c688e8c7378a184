// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Synchronization
import Wire

extension ObjectEndpoint {
    package func patch(_ patch: ObjectPatch, _ context: WriteContext) async throws -> WriteResult {
        if patch.form == .apply { return try await apply(patch.bytes, context) }
        let warnings = Mutex<[String]>([])
        // a uid in a patch is a change of the object, which validation refuses, not the identity that the writer means
        var result = try await update(context, checksUID: false) { _, stored in
            let document = try JSONValue.parse(try self.present(stored).bytes)
            let patched = try PatchEngine.apply(patch, to: document, kind: Object.self)
            var found: [String] = []
            var object = try patched.decode(Object.self, context.options, &found)
            self.definition.setDefaults(&object)
            if ManagedFieldsReset.isAsked(by: patched.value) { object.metadata.managedFields = ManagedFieldsReset.mark }
            try BodyDecoder.checkIdentity(&object.metadata, context, isNamespaced: self.info.isNamespaced)
            let texts = found
            warnings.withLock { $0 = texts }
            return object
        }
        result.warnings += warnings.withLock { $0 }
        return result
    }
}
