// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

/// What changed in an informer's store. When a handler is called, the store holds the change already.
public enum InformerEvent<Object: KubernetesObject>: Sendable {
    /// New to this informer.
    case added(Object)
    case updated(old: Object, new: Object)
    /// The last state that is known; where the watch was interrupted, it may not be the very last.
    case deleted(Object)

    /// The object as it is, or was before it was deleted.
    public var object: Object {
        switch self {
        case .added(let object), .updated(old: _, new: let object), .deleted(let object): object
        }
    }

    /// Namespace and name of the object.
    public var key: ObjectKey { object.key }
}
