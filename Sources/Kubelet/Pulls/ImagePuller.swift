// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI

/// Fetches images, each at most once at a time whoever asks for it.
actor ImagePuller {
    private let runtime: any ContainerRuntime
    /// Awaited by everybody who asked for the image.
    private var pulls: [String: Task<Result<String, RuntimeError>, Never>] = [:]
    private var waiting: [String: Int] = [:]

    init(runtime: any ContainerRuntime) { self.runtime = runtime }

    /// Fetches an image with the first credentials that work.
    ///
    /// Cancelling the last task that waits for a pull ends it.
    ///
    /// - Returns: the reference for a container's configuration.
    func pull(_ image: String, credentials: [CRI.ImageCredentials]) async throws(RuntimeError) -> String {
        let task = pulls[image] ?? start(image, credentials)
        waiting[image, default: 0] += 1
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            Task { await self.leave(image, task) }  // ends with the actor's next turn; nobody needs its result
        }
        waiting[image, default: 1] -= 1
        if waiting[image, default: 0] <= 0 {
            waiting[image] = nil
            pulls[image] = nil
        }
        return try result.get()
    }

    private func leave(_ image: String, _ task: Task<Result<String, RuntimeError>, Never>) {
        if waiting[image, default: 0] <= 1 { task.cancel() }
    }

    private func start(
        _ image: String, _ credentials: [CRI.ImageCredentials]
    ) -> Task<Result<String, RuntimeError>, Never> {
        let runtime = runtime
        let task = Task { () -> Result<String, RuntimeError> in
            var choices: [CRI.ImageCredentials?] = credentials
            if choices.isEmpty { choices = [nil] }
            var failure = RuntimeError(.unknown, "no attempt was made", call: "PullImage")
            for choice in choices {
                do throws(RuntimeError) {
                    return .success(try await runtime.pullImage(image, credentials: choice, sandbox: nil))
                } catch {
                    failure = error
                }
            }
            return .failure(failure)
        }
        pulls[image] = task
        return task
    }
}
