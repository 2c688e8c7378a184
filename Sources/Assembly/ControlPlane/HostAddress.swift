// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Foundation
import Glibc

/// The address under which other hosts reach this one.
enum HostAddress {
    /// The IPv4 address of the interface with the default route; 127.0.0.1 where there is none.
    static func primary() -> String {
        // A host without that file has no routes: loopback is right.
        let routes = (try? String(contentsOfFile: "/proc/net/route", encoding: .utf8)) ?? ""
        guard let device = defaultDevice(routes) else { return "127.0.0.1" }
        return address(of: device) ?? "127.0.0.1"
    }

    /// The interface of the default route in the text of `/proc/net/route`.
    static func defaultDevice(_ routes: String) -> String? {
        for line in routes.split(separator: "\n").dropFirst() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count > 7, words[1] == "00000000", words[7] == "00000000" { return String(words[0]) }
        }
        return nil
    }

    private static func address(of device: String) -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr, address.pointee.sa_family == UInt16(AF_INET),
                String(cString: entry.ifa_name) == device
            else { continue }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
                continue
            }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return nil
    }
}
