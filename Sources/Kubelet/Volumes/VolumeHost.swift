// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// One volume of a pod, ready to be put on disk.
struct VolumeSetup: Sendable, Equatable {
    enum Content: Sendable, Equatable {
        case emptyDirectory
        /// A file system in memory with at most so many bytes.
        case memory(bytes: Int64?)
        /// A path of the host, checked or made by its `hostPath` type.
        case hostPath(String, type: String)
        /// Files that the kubelet writes; in memory where they are secret.
        case files([VolumeFile], inMemory: Bool)
    }

    var name: String
    /// The part of the path that says what it is: `kubernetes.io~configmap`.
    var plugin: String
    var content: Content
}

/// Puts volumes on this host's disk and takes them away.
///
/// All blocking calls are made here, on a thread of its own.
actor VolumeHost {
    private nonisolated let executor = QueueExecutor(label: "martlet.kubelet.volumes")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The kubelet's directory; pods are under `pods/UID`.
    nonisolated let root: String
    private let mounter: any Mounter
    private var stamps: UInt64 = 0

    init(root: String, mounter: any Mounter) {
        self.root = root
        self.mounter = mounter
    }

    nonisolated func podDirectory(_ uid: String) -> String { "\(root)/pods/\(uid)" }

    /// Puts volumes in place; may be repeated with new contents.
    ///
    /// - Returns: the path of each on the host, by name.
    func mount(_ volumes: [VolumeSetup], pod uid: String, group: UInt32?) throws(VolumeError) -> [String: String] {
        var paths: [String: String] = [:]
        for volume in volumes {
            do {
                paths[volume.name] = try mount(volume, uid, group)
            } catch {
                throw VolumeError(volume: volume.name, message: error.description)
            }
        }
        return paths
    }

    private func mount(_ volume: VolumeSetup, _ uid: String, _ group: UInt32?) throws(FileError) -> String {
        if case .hostPath(let path, let type) = volume.content {
            try prepare(hostPath: path, type: type)
            return path
        }
        let path = "\(podDirectory(uid))/volumes/\(volume.plugin)/\(volume.name)"
        let isNew = FileSystem.kind(path) == nil
        try FileSystem.makeDirectory(path)
        switch volume.content {
        case .emptyDirectory:
            if isNew { try share(path, group) }
        case .memory(let bytes):
            if !mounter.isMounted(path) {
                try mounter.mountMemory(at: path, bytes: bytes)
                try share(path, group)
            }
        case .files(let files, let inMemory):
            if inMemory && !mounter.isMounted(path) { try mounter.mountMemory(at: path, bytes: nil) }
            try FileSystem.changeMode(path, 0o755)
            stamps += 1
            try AtomicWriter(directory: path, stamp: "\(UInt64.random(in: .min ... .max))_\(stamps)").write(
                files, group: group)
        case .hostPath:
            break
        }
        return path
    }

    /// Everybody in the pod may write to an emptyDir; with fsGroup, new files belong to that group.
    private func share(_ path: String, _ group: UInt32?) throws(FileError) {
        try FileSystem.changeMode(path, group == nil ? 0o777 : 0o2777)
        guard let group else { return }
        try FileSystem.changeGroup(path, group)
        try FileSystem.changeMode(path, 0o2777)
    }

    private func prepare(hostPath path: String, type: String) throws(FileError) {
        let kind = FileSystem.kind(path)
        func require(_ wanted: FileSystem.Kind) throws(FileError) {
            if kind != wanted {
                throw FileError(call: "hostPath type check failed: \(path) is not a \(wanted)", code: 2)
            }
        }
        switch type {
        case "DirectoryOrCreate": if kind == nil { try FileSystem.makeDirectory(path) } else { try require(.directory) }
        case "FileOrCreate":
            if kind == nil { try FileSystem.write([], to: path, mode: 0o644) } else { try require(.file) }
        case "Directory": try require(.directory)
        case "File": try require(.file)
        case "Socket": try require(.socket)
        case "CharDevice": try require(.characterDevice)
        case "BlockDevice": try require(.blockDevice)
        default: if kind == nil { try FileSystem.makeDirectory(path) }
        }
    }

    /// Resolves a `subPath` of a volume, making it where it is missing.
    ///
    /// - Throws: `VolumeError` where it would leave the volume.
    func subPath(_ path: String, of volume: String, named name: String) throws(VolumeError) -> String {
        let parts = path.split(separator: "/").map(String.init)
        guard !path.hasPrefix("/"), !parts.contains("..") else {
            throw VolumeError(volume: name, message: "subPath \"\(path)\" must be relative and without '..'")
        }
        let full = ([volume] + parts).joined(separator: "/")
        do {
            try makeMissing(parts, in: volume)
        } catch {
            throw VolumeError(volume: name, message: error.description)
        }
        guard let resolved = FileSystem.resolve(full), let base = FileSystem.resolve(volume),
            resolved == base || resolved.hasPrefix(base + "/")
        else { throw VolumeError(volume: name, message: "subPath \"\(path)\" leads out of the volume") }
        return resolved
    }

    /// Makes the directories of a `subPath` that are missing; who may use the volume may use them.
    private func makeMissing(_ parts: [String], in volume: String) throws(FileError) {
        var path = volume
        for part in parts {
            path += "/" + part
            guard FileSystem.kind(path) == nil else { continue }
            try FileSystem.makeDirectory(path, mode: 0o750)
            if let mode = FileSystem.mode(volume) { try FileSystem.changeMode(path, mode) }
        }
    }

    /// Writes a file of the pod's own, such as its `/etc/hosts`.
    ///
    /// - Returns: its path.
    func writePodFile(_ name: String, _ bytes: [UInt8], pod uid: String, mode: UInt32 = 0o644) throws(FileError)
        -> String
    {
        let path = "\(podDirectory(uid))/\(name)"
        if let slash = path.lastIndex(of: "/") { try FileSystem.makeDirectory(String(path[..<slash]), mode: 0o750) }
        // in place: running containers have this very file mounted
        try FileSystem.write(bytes, to: path, mode: mode)
        return path
    }

    /// Makes a directory, for logs.
    func makeDirectory(_ path: String) throws(FileError) { try FileSystem.makeDirectory(path) }

    func removeTree(_ path: String) throws(FileError) { try FileSystem.remove(path) }

    /// Unmounts and removes all that a pod has on disk.
    func tearDown(pod uid: String) throws(FileError) {
        let volumes = podDirectory(uid) + "/volumes"
        for plugin in FileSystem.list(volumes) {
            for name in FileSystem.list("\(volumes)/\(plugin)") {
                let path = "\(volumes)/\(plugin)/\(name)"
                if mounter.isMounted(path) { try mounter.unmount(path) }
            }
        }
        try FileSystem.remove(podDirectory(uid))
    }

    /// UIDs of all pods that have something on disk.
    func podsOnDisk() -> [String] { FileSystem.list(root + "/pods") }
}

/// Why a volume could not be put in place.
struct VolumeError: Error, Equatable, CustomStringConvertible {
    var volume: String
    var message: String

    var description: String { "MountVolume.SetUp failed for volume \"\(volume)\" : \(message)" }
}
