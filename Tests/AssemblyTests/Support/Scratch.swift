// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Glibc

/// A directory that is removed with the value.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = "/tmp/martlet-assembly-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file in it.
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    /// A port of the loopback device that nobody listens on now, outside of the range from which the kernel gives ports to clients: a
    /// server can leave it and come back to it.
    static func freePort() throws -> Int {
        var fault: any Error = POSIXError(.EADDRINUSE)
        for _ in 0..<100 {
            do {
                let (descriptor, port) = try listen(at: .random(in: 15_000..<30_000))
                close(descriptor)
                return port
            } catch { fault = error }
        }
        throw fault
    }

    /// A socket that listens on the loopback device and never answers; to be closed.
    ///
    /// - Parameter port: 0 for one that the kernel chooses.
    static func listen(at port: UInt16 = 0) throws -> (descriptor: CInt, port: Int) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        address.sin_port = port.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) == 0 && Glibc.listen(descriptor, 16) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard result else {
            let code = POSIXErrorCode(rawValue: errno) ?? .EIO
            close(descriptor)
            throw POSIXError(code)
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}
