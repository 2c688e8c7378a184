// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct VolumeHostTests {
    @Test("volumes of all kinds are put in place and taken away")
    func mounting() async throws {
        let directory = try TemporaryDirectory()
        let host = VolumeHost(root: directory.path, mounter: FakeMounter())
        let files = [VolumeFile(path: "key", data: [1], mode: 0o400)]
        let paths = try await host.mount(
            [
                VolumeSetup(name: "scratch", plugin: "kubernetes.io~empty-dir", content: .emptyDirectory),
                VolumeSetup(name: "conf", plugin: "kubernetes.io~configmap", content: .files(files, inMemory: false)),
                VolumeSetup(
                    name: "host", plugin: "kubernetes.io~host-path",
                    content: .hostPath(directory.path + "/made", type: "DirectoryOrCreate")),
            ], pod: "uid-1", group: nil)
        #expect(FileSystem.kind(try #require(paths["scratch"])) == .directory)
        #expect(try FileSystem.read(try #require(paths["conf"]) + "/key") == [1])
        #expect(paths["host"] == directory.path + "/made")
        #expect(await host.podsOnDisk() == ["uid-1"])
        try await host.tearDown(pod: "uid-1")
        #expect(await host.podsOnDisk().isEmpty)
        #expect(FileSystem.kind(directory.path + "/made") == .directory)
    }

    @Test("a hostPath of the wrong kind is refused")
    func hostPathType() async throws {
        let directory = try TemporaryDirectory()
        let host = VolumeHost(root: directory.path, mounter: FakeMounter())
        let setup = VolumeSetup(
            name: "h", plugin: "kubernetes.io~host-path", content: .hostPath(directory.path, type: "Socket"))
        await #expect(throws: VolumeError.self) { try await host.mount([setup], pod: "u", group: nil) }
    }

    @Test("a subPath stays in its volume")
    func subPaths() async throws {
        let directory = try TemporaryDirectory()
        let volume = directory.path + "/volume"
        try FileSystem.makeDirectory(volume)
        try FileSystem.link(to: "/etc", at: volume + "/escape")
        let host = VolumeHost(root: directory.path, mounter: FakeMounter())
        let made = try await host.subPath("a/b", of: volume, named: "v")
        #expect(made.hasSuffix("/volume/a/b"))
        await #expect(throws: VolumeError.self) { try await host.subPath("../x", of: volume, named: "v") }
        await #expect(throws: VolumeError.self) { try await host.subPath("escape", of: volume, named: "v") }
    }

    @Test("items choose keys, paths and modes")
    func items() throws {
        let items = [
            KeyToPath {
                $0.key = "a"
                $0.path = "x/y"
                $0.mode = 0o400
            }
        ]
        let files = try VolumeFiles.project(
            ["a": [1], "b": [2]], items: items, mode: 0o600, what: "secret", isOptional: false)
        #expect(files == [VolumeFile(path: "x/y", data: [1], mode: 0o400)])
        #expect(throws: WiringError("secret references non-existent key: a")) {
            try VolumeFiles.project([:], items: items, mode: nil, what: "secret", isOptional: false)
        }
        #expect(
            try VolumeFiles.project(["b": [2]], items: [], mode: 0o600, what: "secret", isOptional: false).map(\.mode)
                == [0o600])
    }

    @Test("a directory made for a subPath is for whoever may use the volume")
    func subPathMode() async throws {
        let directory = try TemporaryDirectory()
        let host = VolumeHost(root: directory.path, mounter: FakeMounter())
        let paths = try await host.mount(
            [VolumeSetup(name: "v", plugin: "kubernetes.io~empty-dir", content: .emptyDirectory)], pod: "u", group: nil)
        let volume = try #require(paths["v"])
        let path = try await host.subPath("a/b", of: volume, named: "v")
        #expect(FileSystem.mode(path) == 0o777)
        #expect(FileSystem.mode(volume + "/a") == 0o777)
    }
}
