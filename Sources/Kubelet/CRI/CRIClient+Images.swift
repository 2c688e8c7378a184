// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

internal import SwiftProtobuf

extension CRIClient {
    public func listImages() async throws(RuntimeError) -> [CRI.Image] {
        let answer: Runtime_V1_ListImagesResponse = try await call(
            "ListImages", Runtime_V1_ListImagesRequest(), on: .image)
        return answer.images.map { CRI.Image($0) }
    }

    public func imageStatus(_ image: String) async throws(RuntimeError) -> CRI.Image? {
        var request = Runtime_V1_ImageStatusRequest()
        request.image.image = image
        let answer: Runtime_V1_ImageStatusResponse = try await call("ImageStatus", request, on: .image)
        return answer.hasImage ? CRI.Image(answer.image) : nil
    }

    public func pullImage(
        _ image: String, credentials: CRI.ImageCredentials?, sandbox: CRI.PodSandboxConfig?
    ) async throws(RuntimeError) -> String {
        var request = Runtime_V1_PullImageRequest()
        request.image.image = image
        if let credentials {
            request.auth.username = credentials.username
            request.auth.password = credentials.password
            request.auth.auth = credentials.auth
            request.auth.serverAddress = credentials.serverAddress
            request.auth.identityToken = credentials.identityToken
            request.auth.registryToken = credentials.registryToken
        }
        if let sandbox { request.sandboxConfig = Runtime_V1_PodSandboxConfig(sandbox) }
        // Large images over slow lines take as long as they take; whoever loses patience cancels the task.
        let answer: Runtime_V1_PullImageResponse = try await call("PullImage", request, on: .image, timeout: nil)
        return answer.imageRef
    }

    public func removeImage(_ image: String) async throws(RuntimeError) {
        var request = Runtime_V1_RemoveImageRequest()
        request.image.image = image
        let _: Runtime_V1_RemoveImageResponse = try await call("RemoveImage", request, on: .image)
    }

    public func imageFilesystems() async throws(RuntimeError) -> [CRI.FilesystemUsage] {
        let answer: Runtime_V1_ImageFsInfoResponse = try await call(
            "ImageFsInfo", Runtime_V1_ImageFsInfoRequest(), on: .image)
        return answer.imageFilesystems.map { CRI.FilesystemUsage($0) }
    }
}
