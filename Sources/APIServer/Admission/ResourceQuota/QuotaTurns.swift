// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Synchronization

/// Lets writes that charge the quotas of one namespace go one after another, so that writers of this server do not make each
/// other's transactions fail. Between servers the conditions of the transactions decide.
final class QuotaTurns: Sendable {
    /// Those who wait for a namespace whose turn somebody has, in order of arrival.
    private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    /// Waits until nobody else has the namespace's turn.
    func take(_ namespace: String) async -> AdmissionTurn {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isFree = waiting.withLock { queues in
                guard queues[namespace] != nil else {
                    queues[namespace] = []
                    return true
                }
                queues[namespace, default: []].append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
        return AdmissionTurn { [self] in release(namespace) }
    }

    private func release(_ namespace: String) {
        let next = waiting.withLock { queues -> CheckedContinuation<Void, Never>? in
            guard let queue = queues[namespace], !queue.isEmpty else {
                queues[namespace] = nil
                return nil
            }
            return queues[namespace]?.removeFirst()
        }
        next?.resume()
    }
}
