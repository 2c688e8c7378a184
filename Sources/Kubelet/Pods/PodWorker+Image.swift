// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Client
import KubernetesAPI
import Logging

extension PodWorker {
    /// Finds or fetches the image of a container.
    ///
    /// - Returns: the image, and the reference for the container's configuration.
    func image(for container: PodContainer) async throws(StartFault) -> (CRI.Image, String) {
        let name = container.spec.image
        let present = try await present(name)
        switch ImageDecision.decide(image: name, policy: container.spec.imagePullPolicy, present: present) {
        case .use(let image):
            services.events.record(
                pod, container, "Pulled", "Container image \"\(name)\" already present on machine")
            return (image, image.id)
        case .neverPull:
            let message = "Container image \"\(name)\" is not present with pull policy of Never"
            services.events.record(pod, container, "ErrImageNeverPull", message, isWarning: true)
            services.events.record(pod, container, "Failed", "Error: ErrImageNeverPull", isWarning: true)
            throw StartFault(reason: "ErrImageNeverPull", message: message, delay: .seconds(5))
        case .pull:
            return try await pull(container)
        }
    }

    private func present(_ name: String) async throws(StartFault) -> CRI.Image? {
        do {
            return try await services.runtime.imageStatus(name)
        } catch {
            throw StartFault(
                reason: "ImageInspectError", message: "Failed to inspect image \"\(name)\": \(error.message)",
                delay: .seconds(5))
        }
    }

    private func pull(_ container: PodContainer) async throws(StartFault) -> (CRI.Image, String) {
        let name = container.spec.image
        if let wait = waiting(name) {
            services.events.record(pod, container, "BackOff", "Back-off pulling image \"\(name)\"")
            services.events.record(pod, container, "Failed", "Error: ImagePullBackOff", isWarning: true)
            let cause =
                situation.failures[container.name].map {
                    $0.reason == "ErrImagePull" ? ": ErrImagePull: \($0.message)" : ""
                } ?? ""
            throw StartFault(
                reason: "ImagePullBackOff", message: "Back-off pulling image \"\(name)\"\(cause)",
                delay: wait.until - services.now)
        }
        services.events.record(pod, container, "Pulling", "Pulling image \"\(name)\"")
        let started = services.timekeeper.elapsed
        let credentials = await credentials(name)
        let puller = services.puller
        // awaited right here; kept so that the end of the pod can cancel it
        let task = Task { () -> Result<String, RuntimeError> in
            do throws(RuntimeError) {
                return .success(try await puller.pull(name, credentials: credentials))
            } catch {
                return .failure(error)
            }
        }
        pulls[container.name] = task
        let result = await task.value
        pulls[container.name] = nil
        switch result {
        case .failure(let error):
            throw pullFailed(container, error)
        case .success(let reference):
            pullBackoff.reset(name)
            let image = try await present(name) ?? CRI.Image(id: reference)
            let took = Self.text(services.timekeeper.elapsed - started)
            services.events.record(
                pod, container, "Pulled",
                "Successfully pulled image \"\(name)\" in \(took) (\(took) including waiting). Image size: \(image.size) bytes."
            )
            return (image, reference)
        }
    }

    private func waiting(_ name: String) -> (delay: Duration, until: Moment)? {
        guard let entry = pullBackoff.entries[name] else { return nil }
        return pullBackoff.waiting(name, since: entry.lastUpdate, now: services.now)
    }

    private func pullFailed(_ container: PodContainer, _ error: RuntimeError) -> StartFault {
        let name = container.spec.image
        if situation.ending == nil {
            let text = "Failed to pull image \"\(name)\": \(error.message)"
            services.events.record(pod, container, "Failed", text, isWarning: true)
            services.events.record(pod, container, "Failed", "Error: ErrImagePull", isWarning: true)
        }
        pullBackoff.advance(name, at: services.now, now: services.now)
        // shown as it is for a moment, as on Kubernetes, before the back-off
        return StartFault(reason: "ErrImagePull", message: error.message, delay: .seconds(2))
    }

    private func credentials(_ image: String) async -> [CRI.ImageCredentials] {
        var secrets: [Secret] = []
        for reference in pod.spec.imagePullSecrets {
            do {
                let found = try await services.objects.secret(
                    reference.name, namespace: pod.metadata.namespace, for: uid, onChange: {})
                if let found { secrets.append(found) }
            } catch {
                logger.warning(
                    "image pull secret not read", metadata: ["secret": "\(reference.name)", "error": "\(error)"])
            }
        }
        return RegistryCredentials.matching(image, secrets)
    }

    /// `523ms`, `1.234s`.
    private static func text(_ duration: Duration) -> String {
        let milliseconds = duration.wholeNanoseconds / 1_000_000
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        return "\(milliseconds / 1000).\(fraction)s"
    }
}
