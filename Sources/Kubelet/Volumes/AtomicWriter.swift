// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// Writes the files of a volume so that a reader sees all old or all new ones, never a mixture.
///
/// The files are in a directory of their own that `..data` leads to; what users see are links through `..data`, so that renaming
/// one link changes all.
///
/// - SeeAlso: `AtomicWriter` of Kubernetes' kubelet.
struct AtomicWriter {
    var directory: String
    /// Makes the names of the directories for the files: different every time.
    var stamp: String

    private var dataLink: String { directory + "/..data" }

    /// Brings the volume to hold exactly these files.
    ///
    /// - Parameter group: who owns them; nil leaves the process's own.
    /// - Returns: whether anything changed.
    @discardableResult
    func write(_ files: [VolumeFile], group: UInt32?) throws(FileError) -> Bool {
        let current = FileSystem.linkTarget(dataLink)
        if let current, holds(files, directory + "/" + current) {
            try link(files)
            return false
        }
        let fresh = "..\(stamp)"
        try FileSystem.makeDirectory("\(directory)/\(fresh)", mode: 0o755)
        try FileSystem.changeMode("\(directory)/\(fresh)", 0o755)
        for file in files { try write(file, below: "\(directory)/\(fresh)", group: group) }
        let temporary = directory + "/..data_tmp"
        try FileSystem.remove(temporary)
        try FileSystem.link(to: fresh, at: temporary)
        try FileSystem.rename(temporary, to: dataLink)
        try link(files)
        try removeStale(files, keeping: fresh)
        return true
    }

    private func write(_ file: VolumeFile, below root: String, group: UInt32?) throws(FileError) {
        let path = "\(root)/\(file.path)"
        if let slash = file.path.lastIndex(of: "/") { try FileSystem.makeDirectory("\(root)/\(file.path[..<slash])") }
        // a group that may read the volume may read its files, as with fsGroup on Kubernetes
        let mode = group == nil ? file.mode : file.mode | ((file.mode & 0o400) >> 3)
        try FileSystem.write(file.data, to: path, mode: mode)
        if let group { try FileSystem.changeGroup(path, group) }
    }

    private func holds(_ files: [VolumeFile], _ root: String) -> Bool {
        let present = tree(root)
        guard present == Set(files.map(\.path)) else { return false }
        // A file that cannot be read does not hold what it should.
        return files.allSatisfy { (try? FileSystem.read("\(root)/\($0.path)")) == $0.data }
    }

    private func tree(_ root: String, _ prefix: String = "") -> Set<String> {
        var paths = Set<String>()
        for name in FileSystem.list(root + "/" + prefix) {
            let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
            if FileSystem.kind("\(root)/\(path)", followLinks: false) == .directory {
                paths.formUnion(tree(root, path))
            } else {
                paths.insert(path)
            }
        }
        return paths
    }

    private func tops(_ files: [VolumeFile]) -> Set<String> {
        Set(files.map { String($0.path.prefix { $0 != "/" }) })
    }

    private func link(_ files: [VolumeFile]) throws(FileError) {
        for name in tops(files).sorted() where FileSystem.linkTarget("\(directory)/\(name)") == nil {
            try FileSystem.link(to: "..data/\(name)", at: "\(directory)/\(name)")
        }
    }

    private func removeStale(_ files: [VolumeFile], keeping fresh: String) throws(FileError) {
        let wanted = tops(files)
        for name in FileSystem.list(directory) {
            let isOldData = name.hasPrefix("..") && name != fresh && name != "..data"
            if isOldData || (!name.hasPrefix("..") && !wanted.contains(name)) {
                try FileSystem.remove("\(directory)/\(name)")
            }
        }
    }
}
