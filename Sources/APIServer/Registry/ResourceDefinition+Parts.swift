// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

extension ResourceDefinition where Object: StatusObject {
    /// Keeps status and the rest apart: only the `status` face changes status, and it changes nothing else but metadata.
    ///
    /// - Parameter keepingLabels: whether the `status` face leaves labels as they are.
    consuming func separatingStatus(keepingLabels: Bool = false) -> Self {
        var result = self
        let create = result.prepareForCreate
        result.prepareForCreate = { (object, context) throws(APIStatusError) in
            object.status = Object.Status()
            try create(&object, context)
        }
        let update = result.faces[""] ?? Face()
        result.faces[""] = Face(
            prepare: { (new, old, context) throws(APIStatusError) in
                new.status = old.status
                try update.prepare(&new, old, context)
            }, validate: update.validate)
        result.faces[""]?.fields = .dropping(["status"])
        result.faces["status"] = Face(
            prepare: { (new, old, _) throws(APIStatusError) in
                let status = new.status
                let metadata = new.metadata
                new = old
                new.status = status
                new.metadata = metadata
                if keepingLabels { new.metadata.labels = old.metadata.labels }
            })
        result.faces["status"]?.fields =
            keepingLabels ? .dropping(["spec"], ["metadata", "labels"]) : .dropping(["spec"])
        return result
    }
}

extension ResourceDefinition where Object: Defaulted {
    /// Fills in absent fields as the kind says.
    consuming func applyingDefaults() -> Self {
        var result = self
        result.setDefaults = { $0.applyDefaults() }
        return result
    }
}

extension ResourceDefinition where Object: Validated {
    /// Checks objects by the rules of the kind. Faults of metadata are found by the object and once more by the change, as upstream does.
    ///
    /// Faults that the definition itself finds come before those of the kind, in a status behind them.
    consuming func applyingRules() -> Self {
        var result = self
        result.validateName = Object.nameRule
        result.finalizerNames = Object.finalizerNames
        let own = result.validate
        result.validate = { own($0) + $0.validateBody() }
        for name in ["", "scale"] where result.faces[name] != nil {
            result.faces[name]?.validate = { $0.validateUpdate(from: $1) }
        }
        if let own = result.faces["status"]?.validate {
            result.faces["status"]?.validate = { $0.validateStatus(from: $1) + own($0, $1) }
        }
        return result
    }
}

extension ResourceDefinition where Object: Warned {
    /// Tells writers of values that do not do what they may think.
    consuming func warning() -> Self {
        var result = self
        result.warnings = { $0.warnings(replacing: $1) }
        return result
    }
}

extension ResourceDefinition where Object: SpecObject {
    /// Begins `metadata.generation` at 1 and counts it up with each change of the specification.
    consuming func countingGenerations() -> Self {
        countingGenerations { $0.spec != $1.spec }
    }
}

extension ResourceDefinition {
    /// Begins `metadata.generation` at 1 and counts it up with each change that matters.
    consuming func countingGenerations(_ differs: @escaping @Sendable (Object, Object) -> Bool) -> Self {
        var result = self
        let create = result.prepareForCreate
        result.prepareForCreate = { (object, context) throws(APIStatusError) in
            object.metadata.generation = 1
            try create(&object, context)
        }
        let update = result.faces[""] ?? Face()
        result.faces[""] = update
        result.faces[""]?.prepare = { (new, old, context) throws(APIStatusError) in
            try update.prepare(&new, old, context)
            if differs(new, old) { new.metadata.generation = old.metadata.generation + 1 }
        }
        return result
    }

    /// Takes a field of a feature that is off out of what is written, unless the stored object has it already.
    consuming func droppingOptional<Value>(
        _ field: @escaping @Sendable (Object) -> Value?, drop: @escaping @Sendable (inout Object) -> Void
    ) -> Self {
        var result = self
        let create = result.prepareForCreate
        result.prepareForCreate = { (object, context) throws(APIStatusError) in
            drop(&object)
            try create(&object, context)
        }
        let update = result.faces[""] ?? Face()
        result.faces[""]?.prepare = { (new, old, context) throws(APIStatusError) in
            if field(old) == nil { drop(&new) }
            try update.prepare(&new, old, context)
        }
        return result
    }

    /// Lets `scale` write the object as the object itself is written.
    consuming func scalable() -> Self {
        var result = self
        result.faces["scale"] = result.faces[""]
        return result
    }

    /// Says that the `status` face leaves metadata as it is, so that nobody comes to own it there.
    consuming func keepingMetadata() -> Self {
        var result = self
        let status = result.faces["status"] ?? Face()
        result.faces["status"]?.prepare = { (new, old, context) throws(APIStatusError) in
            try status.prepare(&new, old, context)
            new.metadata.labels = old.metadata.labels
            new.metadata.annotations = old.metadata.annotations
            new.metadata.finalizers = old.metadata.finalizers
            new.metadata.ownerReferences = old.metadata.ownerReferences
        }
        result.faces["status"]?.fields = .dropping(["spec"], ["metadata"])
        return result
    }

    /// Changes the definition in place: for building one in a single expression.
    consuming func with(_ change: (inout Self) -> Void) -> Self {
        var result = self
        change(&result)
        return result
    }
}
