// swift-tools-version: 6.2
import PackageDescription

/// Settings that hold for every Swift target of the package.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // A generic type for a kind (there are several for each) is made by its accessor, which knows the conformances. By its mangled name,
    // as is the default, the runtime would search all of the program's conformances for each: a fifth of the start.
    .unsafeFlags(
        ["-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors"], .when(configuration: .release)),
]

extension Target.Dependency {
    static let collections: Self = .product(name: "Collections", package: "swift-collections")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let lifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let system: Self = .product(name: "SystemPackage", package: "swift-system")
    static let subprocess: Self = .product(name: "Subprocess", package: "swift-subprocess")
    static let yams: Self = .product(name: "Yams", package: "Yams")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioEmbedded: Self = .product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioWebSocket: Self = .product(name: "NIOWebSocket", package: "swift-nio")
    static let nioTLS: Self = .product(name: "NIOTLS", package: "swift-nio")
    static let nioHTTP2: Self = .product(name: "NIOHTTP2", package: "swift-nio-http2")
    static let nioSSL: Self = .product(name: "NIOSSL", package: "swift-nio-ssl")
    static let asyncHTTPClient: Self = .product(name: "AsyncHTTPClient", package: "async-http-client")
    static let x509: Self = .product(name: "X509", package: "swift-certificates")
    static let asn1: Self = .product(name: "SwiftASN1", package: "swift-asn1")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let jwtKit: Self = .product(name: "JWTKit", package: "jwt-kit")
    static let grpcCore: Self = .product(name: "GRPCCore", package: "grpc-swift-2")
    static let grpcTransport: Self = .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
    static let grpcProtobuf: Self = .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
    static let swiftProtobuf: Self = .product(name: "SwiftProtobuf", package: "swift-protobuf")
}

/// What each component of layer 3 may see: the client side of the API and the two layers of meaning and bytes.
let component: [Target.Dependency] = ["Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .logging]

let package = Package(
    name: "martlet",
    products: [.executable(name: "martlet", targets: ["martlet"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // layer 0
        .target(name: "Primitives", dependencies: [.collections, .system], swiftSettings: settings),
        .target(name: "Wire", dependencies: ["Primitives", .yams], swiftSettings: settings),
        // layer 1
        .target(name: "SchemaModel", swiftSettings: settings),
        .executableTarget(
            name: "SchemaGenerator", dependencies: ["SchemaModel"], path: "Plugins/SchemaGenerator",
            swiftSettings: settings),
        .plugin(
            name: "SchemaPlugin", capability: .buildTool(), dependencies: ["SchemaGenerator"],
            path: "Plugins/SchemaPlugin"),
        .target(
            name: "KubernetesAPI", dependencies: ["SchemaModel", "Wire", "Primitives"], swiftSettings: settings,
            plugins: ["SchemaPlugin"]),
        .target(
            name: "APIMachinery", dependencies: ["SchemaModel", "KubernetesAPI", "Wire", "Primitives", .crypto],
            swiftSettings: settings),
        // layer 2
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "Store", dependencies: ["Primitives", "CSQLite", .collections], swiftSettings: settings),
        .target(
            name: "APIServer",
            dependencies: [
                "Store", "APIMachinery", "KubernetesAPI", "SchemaModel", "Wire", "Primitives", "Streaming", .logging,
                .collections,
                .nioCore, .nioPosix, .nioHTTP1, .nioWebSocket, .nioTLS, .nioHTTP2, .nioSSL, .x509, .asn1, .crypto,
                .jwtKit,
            ], swiftSettings: settings),
        .target(
            name: "Client",
            dependencies: [
                "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .logging, .collections, .nioCore, .nioPosix,
                .nioHTTP1, .nioSSL, .asyncHTTPClient,
            ], swiftSettings: settings),
        .target(
            name: "Streaming",
            dependencies: [
                "Wire", "Primitives", "CZlib", .nioCore, .nioPosix, .nioHTTP1, .nioWebSocket, .nioSSL, .crypto,
            ],
            swiftSettings: settings),
        // layer 3
        .target(name: "Scheduler", dependencies: component + [.collections], swiftSettings: settings),
        .target(name: "Controllers", dependencies: component + [.collections], swiftSettings: settings),
        .target(
            name: "Kubelet",
            dependencies: component + [
                "Streaming", "CLinux", .system, .subprocess, .crypto, .nioCore, .nioPosix, .nioHTTP1, .nioSSL,
                .asyncHTTPClient,
                .grpcCore, .grpcTransport, .grpcProtobuf, .swiftProtobuf, .x509, .asn1,
            ], swiftSettings: settings),
        .target(name: "ServiceProxy", dependencies: component + [.subprocess], swiftSettings: settings),
        .target(name: "PodNetwork", dependencies: component + [.subprocess], swiftSettings: settings),
        .target(name: "ClusterDNS", dependencies: component + [.nioCore, .nioPosix], swiftSettings: settings),
        // layer 4
        .target(
            name: "Assembly",
            dependencies: [
                "APIServer", "Store", "Client", "Scheduler", "Controllers", "Kubelet", "ServiceProxy", "PodNetwork",
                "ClusterDNS", "CLinux",
                "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .logging, .lifecycle, .system, .nioCore,
                .nioPosix,
            ], swiftSettings: settings),
        .executableTarget(name: "martlet", dependencies: ["Assembly", .argumentParser], swiftSettings: settings),
        // for tests alone
        .executableTarget(
            name: "store-crash-writer", dependencies: ["Store"], path: "Sources/StoreCrashWriter",
            swiftSettings: settings),
        .target(
            name: "FuzzTestKit", dependencies: ["APIServer", "APIMachinery", "KubernetesAPI", "Wire", "Primitives"],
            swiftSettings: settings),
        .executableTarget(
            name: "martlet-fuzz", dependencies: ["FuzzTestKit"], path: "Sources/FuzzTestKitMain",
            swiftSettings: settings),
        .target(
            name: "MartletTestKit",
            dependencies: ["Store", "CLinux", "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .logging],
            swiftSettings: settings),
        .target(
            name: "ClientTestKit",
            dependencies: ["Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .logging],
            swiftSettings: settings),
    ]
)

/// One test target for each target under `Sources`, named `<Target>Tests`, with what it needs beyond the target itself.
let testTargets: [(String, [Target.Dependency])] = [
    ("Primitives", []), ("Wire", []), ("KubernetesAPI", ["Wire"]),
    ("APIMachinery", ["SchemaModel", "KubernetesAPI", "Wire", "Primitives"]),
    ("Store", ["Primitives", "store-crash-writer"]),
    (
        "APIServer",
        [
            "Store", "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .nioCore, .nioEmbedded, .nioPosix,
            .nioHTTP1,
            .nioSSL, .x509, .asn1, .crypto,
        ]
    ),
    ("Client", ["ClientTestKit", "APIMachinery", "KubernetesAPI", "Wire", "Primitives"]),
    ("Streaming", ["Primitives", "CZlib", .nioCore, .nioEmbedded, .nioPosix, .nioHTTP1, .nioWebSocket]),
    ("Scheduler", ["ClientTestKit", "Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives"]),
    ("Controllers", ["ClientTestKit", "Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives"]),
    (
        "Kubelet",
        [
            "ClientTestKit", "Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .nioCore, .nioPosix,
            .nioHTTP1,
        ]
    ),
    ("ServiceProxy", ["ClientTestKit", "Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives"]),
    ("PodNetwork", ["ClientTestKit", "Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives"]),
    (
        "ClusterDNS",
        ["ClientTestKit", "Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives", .nioCore, .nioPosix]
    ),
    ("Assembly", ["martlet", "APIServer", "Store", "Client", "APIMachinery", "KubernetesAPI", "Wire", "Primitives"]),
]
for (name, extra) in testTargets {
    package.targets.append(
        .testTarget(
            name: "\(name)Tests", dependencies: [.target(name: name), "MartletTestKit", .logging] + extra,
            swiftSettings: settings))
}
package.targets.append(
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTestKit"], exclude: ["Corpus"], swiftSettings: settings))
package.targets.append(.testTarget(name: "RepositoryTests", dependencies: [], swiftSettings: settings))

// `MARTLET_ONLY=Store,Wire` leaves only those targets, their tests and what they need: a quick build while others are in flux.
if let only = Context.environment["MARTLET_ONLY"] {
    let byName = Dictionary(uniqueKeysWithValues: package.targets.map { ($0.name, $0) })
    var wanted: Set<String> = []
    func want(_ name: String) {
        guard let target = byName[name], wanted.insert(name).inserted else { return }
        for dependency in target.dependencies {
            switch dependency {
            case .byNameItem(let name, _), .targetItem(let name, _): want(name)
            default: break
            }
        }
        for case .plugin(let name, _) in target.plugins ?? [] { want(name) }
    }
    for name in only.split(separator: ",").map(String.init) {
        want(name)
        want("\(name)Tests")
    }
    package.targets.removeAll { !wanted.contains($0.name) }
    package.products = []
}
