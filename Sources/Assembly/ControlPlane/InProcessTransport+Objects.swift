// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import APIServer
import Client
import KubernetesAPI
import Wire

/// Informers of this process share the watch cache's objects: no encoding, no copies, and one more reference to each object.
extension InProcessTransport: ObjectTransport {
    func listObjects(_ query: ObjectQuery) async throws(ClientError) -> ObjectPage {
        do {
            let request = apiRequest(query, [])
            let list = try await source(request).listObjects(request)
            return ObjectPage(objects: list.objects, resourceVersion: String(list.revision))
        } catch {
            throw Self.clientError(error)
        }
    }

    func watchObjects(_ query: ObjectQuery, after resourceVersion: String) async throws(ClientError) -> ObjectEvents {
        do {
            let request = apiRequest(query, [("watch", "true"), ("resourceVersion", resourceVersion)])
            return ObjectEvents(Changes(holder: WatchHolder(try await source(request).watchObjects(request))))
        } catch {
            throw Self.clientError(error)
        }
    }

    private func apiRequest(_ query: ObjectQuery, _ parameters: [(name: String, value: String)]) -> APIRequest {
        var parameters = parameters
        if !query.labelSelector.isEmpty { parameters.append(("labelSelector", query.labelSelector)) }
        if !query.fieldSelector.isEmpty { parameters.append(("fieldSelector", query.fieldSelector)) }
        return apiRequest(TransportRequest(.get, query.path, query: parameters))
    }

    private func source(_ request: APIRequest) throws -> any ObjectSource {
        guard let source = try chain.objects(for: request) else {
            throw ClientError(.unavailable, "the API server of this process shares no objects")
        }
        return source
    }

    /// What a request that fails would have been answered.
    fileprivate static func clientError(_ error: any Error) -> ClientError {
        switch error {
        case let error as ClientError: return error
        case let failure as FailureStatus:
            return ClientError(
                Status {
                    $0.status = "Failure"
                    $0.message = failure.message
                    $0.reason = failure.reason
                    $0.code = Int32(clamping: failure.code)
                })
        default: return ClientError(APIStatusError.from(error).status)
        }
    }
}

/// Ends its watch when the last reader lets go of it.
private final class WatchHolder: Sendable {
    let watch: ObjectWatch
    init(_ watch: ObjectWatch) { self.watch = watch }
    deinit { watch.end() }
}

private struct Changes: AsyncSequence, Sendable {
    typealias Element = [ObjectEvent]
    let holder: WatchHolder

    func makeAsyncIterator() -> Iterator { Iterator(holder: holder) }

    struct Iterator: AsyncIteratorProtocol {
        let holder: WatchHolder

        mutating func next() async throws -> [ObjectEvent]? {
            do {
                return try await holder.watch.next()?.map { change in
                    switch change {
                    case .added(let object): .added(object)
                    case .modified(let object): .modified(object)
                    case .deleted(let object): .deleted(object)
                    case .reached(let revision): .bookmark(resourceVersion: String(revision))
                    }
                }
            } catch {
                throw InProcessTransport.clientError(error)
            }
        }
    }
}
