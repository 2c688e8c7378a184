// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing

/// Which modules each folder may import. SwiftPM does not hold this: a module that happens to be built can be imported undeclared.
struct LayerTests {
    /// What a folder may see, and why no more.
    struct Rule: Sendable {
        var folder: String
        var allowed: Set<String>
        var reason: String
    }

    /// The standard library and the C library.
    static let everywhere: Set<String> = [
        "Swift", "Synchronization", "Glibc", "Musl", "Darwin", "Dispatch", "CLinux", "_Concurrency",
    ]
    static let bytes: Set<String> = ["Primitives", "Wire", "SchemaModel", "SystemPackage"]
    static let collections: Set<String> = [
        "Collections", "OrderedCollections", "DequeModule", "HeapModule", "BitCollections", "HashTreeCollections",
        "Logging",
    ]
    static let meaning: Set<String> = bytes.union(["KubernetesAPI", "APIMachinery"]).union(collections)
    static let component: Set<String> = meaning.union(["Client", "Foundation", "FoundationEssentials"])
    static let network: Set<String> = [
        "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTP2", "NIOHPACK", "NIOSSL", "NIOTLS", "NIOWebSocket",
        "NIOConcurrencyHelpers",
        "NIOFoundationCompat",
    ]
    static let security: Set<String> = ["X509", "SwiftASN1", "Crypto", "_CryptoExtras", "CryptoExtras", "JWTKit"]
    static let grpc: Set<String> = ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "GRPCProtobuf", "SwiftProtobuf"]

    /// The longest folder that holds a file decides.
    static let rules: [Rule] = [
        Rule(
            folder: "Sources/Primitives", allowed: collections.union(["SystemPackage"]),
            reason: "layer 0 knows nothing of Kubernetes"),
        Rule(folder: "Sources/SchemaModel", allowed: [], reason: "the generator is built before anything else"),
        Rule(
            folder: "Sources/Wire", allowed: ["Primitives", "Yams"], reason: "layer 0; the only place that sees Yams"),
        Rule(
            folder: "Sources/KubernetesAPI", allowed: bytes,
            reason: "layer 1 sees bytes and values, no Foundation, no I/O"),
        Rule(
            folder: "Sources/APIMachinery", allowed: meaning.union(["Crypto"]), reason: "layer 1: meaning without I/O"),
        Rule(
            folder: "Sources/Store", allowed: collections.union(["Primitives"]),
            reason: "a store knows keys and bytes, no objects"),
        Rule(
            folder: "Sources/Store/SQLite", allowed: collections.union(["Primitives", "CSQLite"]),
            reason: "the only place that sees SQLite"),
        Rule(
            folder: "Sources/APIServer",
            allowed: meaning.union(network).union(security).union([
                "Store", "Streaming", "Foundation", "FoundationEssentials",
            ]),
            reason: "the server's side never sees the client's"),
        Rule(
            folder: "Sources/Client",
            allowed: meaning.union([
                "AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOSSL", "NIOHTTP1", "Foundation", "FoundationEssentials",
            ]),
            reason: "the client's side never sees the server's, nor the store"),
        Rule(
            folder: "Sources/Streaming",
            allowed: network.union(["Primitives", "Wire", "Crypto", "CZlib", "FoundationEssentials"]),
            reason: "framing alone, nothing of objects"),
        Rule(folder: "Sources/Scheduler", allowed: component, reason: "components talk through the API"),
        Rule(folder: "Sources/Scheduler/Rules", allowed: meaning, reason: "rules are pure"),
        Rule(folder: "Sources/Controllers", allowed: component, reason: "components talk through the API"),
        Rule(
            folder: "Sources/Kubelet",
            allowed: component.union(network).union(security).union(["Streaming", "Subprocess", "AsyncHTTPClient"]),
            reason: "components talk through the API"),
        Rule(folder: "Sources/Kubelet/Rules", allowed: meaning, reason: "rules are pure"),
        Rule(
            folder: "Sources/Kubelet/CRI", allowed: component.union(grpc).union(["Foundation", "NIOCore"]),
            reason: "the only place that sees gRPC, and what lies under it"),
        Rule(
            folder: "Sources/ServiceProxy", allowed: component.union(["Subprocess"]),
            reason: "components talk through the API"),
        Rule(folder: "Sources/ServiceProxy/Rules", allowed: meaning, reason: "rules are pure"),
        Rule(
            folder: "Sources/PodNetwork", allowed: component.union(["Subprocess"]),
            reason: "components talk through the API"),
        Rule(folder: "Sources/PodNetwork/Rules", allowed: meaning, reason: "rules are pure"),
        Rule(
            folder: "Sources/ClusterDNS", allowed: component.union(["NIOCore", "NIOPosix"]),
            reason: "components talk through the API"),
        Rule(folder: "Sources/ClusterDNS/Rules", allowed: meaning, reason: "rules are pure"),
        Rule(
            folder: "Sources/Assembly",
            allowed: component.union(network).union([
                "APIServer", "Store", "Scheduler", "Controllers", "Kubelet", "ServiceProxy", "PodNetwork", "ClusterDNS",
                "ServiceLifecycle",
                "Streaming", "Subprocess",
            ]), reason: "the one place that knows everything, but the command line"),
        Rule(
            folder: "Sources/martlet", allowed: ["Assembly", "ArgumentParser", "Logging", "Primitives", "Foundation"],
            reason: "flags, nothing else"),
    ]

    @Test("every import under Sources is in the table")
    func imports() throws {
        var faults: [String] = []
        for path in Repository.files("Sources", ".swift")
        where !path.contains("TestKit") && !path.contains("CrashWriter") {
            guard
                let rule = Self.rules.filter({ path.hasPrefix($0.folder + "/") }).max(by: {
                    $0.folder.count < $1.folder.count
                })
            else {
                faults.append("\(path): no rule for its folder")
                continue
            }
            for module in try Self.imports(in: path)
            where !rule.allowed.contains(module) && !Self.everywhere.contains(module) {
                faults.append("\(path) imports \(module): \(rule.reason)")
            }
        }
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    /// The modules that a file imports, whatever stands before the word.
    static func imports(in path: String) throws -> [String] {
        try Repository.lines(path).compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
                words[..<index].allSatisfy({
                    $0.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains($0)
                })
            else { return nil }
            let kinds = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
            let name = kinds.contains(words[index + 1]) && index + 2 < words.count ? words[index + 2] : words[index + 1]
            return String(name.split(separator: ".")[0])
        }
    }
}
