// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

package import APIMachinery
package import KubernetesAPI
import Store
import Wire

extension ResourceInfo {
    /// The group and plural, as errors name them.
    package var groupResource: APIMachinery.GroupResource { APIMachinery.GroupResource(group: group, resource: plural) }
    /// The group and kind, as errors of validation name them.
    package var groupKind: APIMachinery.GroupKind { APIMachinery.GroupKind(group: group, kind: kind) }
}

extension APIStatusError {
    /// 404: there is no such object.
    static func notFound(_ resource: ResourceInfo, _ name: String) -> APIStatusError {
        .notFound(resource.groupResource, name: name)
    }

    /// 409: there is already such an object.
    static func alreadyExists(_ resource: ResourceInfo, _ name: String, isTerminating: Bool = false) -> APIStatusError {
        var error = alreadyExists(resource.groupResource, name: name)
        if isTerminating { error.message = "object is being deleted: " + error.message }
        return error
    }

    /// 409: the object is not in the state that the request relies on.
    static func conflict(_ resource: ResourceInfo, _ name: String, _ cause: String) -> APIStatusError {
        .conflict(resource.groupResource, name: name, cause)
    }

    /// 409: another version was stored since the one that the request names was read.
    static func modified(_ resource: ResourceInfo, _ name: String) -> APIStatusError {
        .modified(resource.groupResource, name: name)
    }

    /// 422: validation found faults.
    static func invalid(_ resource: ResourceInfo, _ name: String, _ errors: [FieldError]) -> APIStatusError {
        // events of both groups are one kind inside
        let group = resource.group == "events.k8s.io" ? "" : resource.group
        return .invalid(APIMachinery.GroupKind(group: group, kind: resource.kind), name: name, errors)
    }

    /// 422: validation found faults in the options of a request.
    static func invalidOptions(_ kind: String, _ errors: [FieldError]) -> APIStatusError {
        .invalid(APIMachinery.GroupKind(group: "meta.k8s.io", kind: kind), name: "", errors)
    }

    /// 403 of admission.
    static func forbidden(_ resource: ResourceInfo, _ name: String, _ cause: String) -> APIStatusError {
        .forbidden(resource.groupResource, name: name, cause)
    }

    /// 404 of a path or resource that is not served.
    static let noSuchResource = APIStatusError.generic(code: 404)
    /// 405.
    static let methodNotAllowed = APIStatusError.generic(code: 405)

    /// 410 of a watch that begins before the known history.
    static func tooOld(_ asked: UInt64, oldest: UInt64) -> APIStatusError {
        .expired("too old resource version: \(asked) (\(oldest))")
    }

    /// 504 for a revision that has not happened yet.
    static func tooLarge(_ asked: UInt64, current: UInt64) -> APIStatusError {
        .init(
            code: 504, reason: Reason.timeout,
            message: "Timeout: Too large resource version: \(asked), current: \(current)",
            details: StatusDetails {
                $0.causes = [
                    StatusCause {
                        $0.reason = "ResourceVersionTooLarge"
                        $0.message = "Too large resource version"
                    }
                ]
                $0.retryAfterSeconds = 1
            })
    }

    /// What the failure of the store means to a client.
    static func store(_ error: StoreError) -> APIStatusError {
        switch error.code {
        case .conflict: .init(code: 409, reason: Reason.conflict, message: error.message)
        case .compacted:
            .expired(
                "The resourceVersion for the provided list is too old.")
        case .futureRevision: .timeout(error.message, retryAfterSeconds: 1)
        case .unavailable, .closed: .serviceUnavailable(error.message)
        case .full, .corrupt: .internalError(error.message)
        }
    }

    /// What any error means to a client.
    package static func from(_ error: any Error) -> APIStatusError {
        switch error {
        case let error as APIStatusError: error
        case let error as StoreError: .store(error)
        case is CancellationError: .timeout("request was cancelled")
        default: .internalError("\(error)")
        }
    }

    var isNotFound: Bool { reason == Reason.notFound }
    var isConflict: Bool { reason == Reason.conflict }
    var isAlreadyExists: Bool { reason == Reason.alreadyExists }
}
