// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import FoundationEssentials
import Wire

/// A kubeconfig file: clusters, users, and contexts that join them.
///
/// - SeeAlso: `kubectl config view`; "Organizing Cluster Access Using kubeconfig Files".
public struct Kubeconfig: Sendable {
    struct Entry: Sendable {
        var value: JSONValue
        /// Relative file names are meant from here.
        var directory: String
    }

    public private(set) var currentContext: String
    private(set) var clusters: [String: Entry] = [:]
    private(set) var users: [String: Entry] = [:]
    private(set) var contexts: [String: Entry] = [:]

    /// The names of all contexts, in alphabetical order.
    public var contextNames: [String] { contexts.keys.sorted() }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - bytes: YAML or JSON.
    ///   - path: where it is from, for messages and for relative file names in it.
    public init(parsing bytes: [UInt8], path: String) throws(ConfigurationError) {
        let root: JSONValue
        do {
            root = try JSONValue.parse(try YAML.toJSON(bytes))
        } catch {
            throw ConfigurationError("the kubeconfig file \(path) cannot be read: \(error)")
        }
        guard root.objectValue != nil else { throw ConfigurationError("the kubeconfig file \(path) is not a mapping") }
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        currentContext = root["current-context"]?.stringValue ?? ""
        clusters = Self.entries(root["clusters"], "cluster", directory)
        users = Self.entries(root["users"], "user", directory)
        contexts = Self.entries(root["contexts"], "context", directory)
    }

    /// Reads files and merges them: of entries with one name, the first counts. Files that do not exist are left out.
    ///
    /// - Throws: where none exists, or one cannot be read.
    public init(paths: [String]) throws(ConfigurationError) {
        var merged: Kubeconfig?
        for path in paths where FileManager.default.fileExists(atPath: path) {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ConfigurationError("the kubeconfig file \(path) cannot be read")
            }
            let next = try Kubeconfig(parsing: Array(data), path: path)
            if merged == nil { merged = next } else { merged?.merge(next) }
        }
        guard let merged else {
            throw ConfigurationError("no kubeconfig file at \(paths.joined(separator: ", "))")
        }
        self = merged
    }

    /// Where and as whom to connect.
    ///
    /// - Parameter context: nil for the current one.
    public func connection(context name: String? = nil) throws(ConfigurationError) -> ConnectionConfiguration {
        let name = name ?? currentContext
        guard !name.isEmpty else { throw ConfigurationError("the kubeconfig file names no current context") }
        guard let context = contexts[name] else { throw ConfigurationError("context \"\(name)\" does not exist") }
        let clusterName = context.value["cluster"]?.stringValue ?? ""
        guard let cluster = clusters[clusterName] else {
            throw ConfigurationError("cluster \"\(clusterName)\" of context \"\(name)\" does not exist")
        }
        guard let server = cluster.value["server"]?.stringValue, !server.isEmpty else {
            throw ConfigurationError("cluster \"\(clusterName)\" names no server")
        }
        let userName = context.value["user"]?.stringValue ?? ""
        guard let user = userName.isEmpty ? Entry(value: [:], directory: "") : users[userName] else {
            throw ConfigurationError("user \"\(userName)\" of context \"\(name)\" does not exist")
        }
        return ConnectionConfiguration(
            server: server, certificateAuthority: try cluster.bytes("certificate-authority"),
            credential: try user.credential(userName),
            skipsTLSVerification: cluster.value["insecure-skip-tls-verify"]?.boolValue ?? false,
            tlsServerName: cluster.value["tls-server-name"]?.stringValue,
            namespace: context.value["namespace"]?.stringValue ?? "default")
    }

    private mutating func merge(_ other: Kubeconfig) {
        if currentContext.isEmpty { currentContext = other.currentContext }
        clusters.merge(other.clusters) { first, _ in first }
        users.merge(other.users) { first, _ in first }
        contexts.merge(other.contexts) { first, _ in first }
    }

    private static func entries(_ list: JSONValue?, _ member: String, _ directory: String) -> [String: Entry] {
        var result: [String: Entry] = [:]
        for item in list?.arrayValue ?? [] {
            guard let name = item["name"]?.stringValue, result[name] == nil else { continue }
            result[name] = Entry(value: item[member] ?? [:], directory: directory)
        }
        return result
    }
}

extension Kubeconfig.Entry {
    /// The bytes of `NAME-data` (base64), or of the file that `NAME` says.
    func bytes(_ name: String) throws(ConfigurationError) -> [UInt8]? {
        if let text = value["\(name)-data"]?.stringValue, !text.isEmpty {
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
                throw ConfigurationError("\(name)-data of the kubeconfig file is not base64")
            }
            return Array(data)
        }
        guard let path = file(name) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError("the file \(path), named by \(name) of the kubeconfig file, cannot be read")
        }
        return Array(data)
    }

    func credential(_ name: String) throws(ConfigurationError) -> ConnectionConfiguration.Credential {
        if let pem = try bytes("client-certificate") {
            guard let key = try bytes("client-key") else {
                throw ConfigurationError("user \"\(name)\" has a client certificate but no client key")
            }
            return .certificate(pem: pem, key: key)
        }
        if let token = value["token"]?.stringValue, !token.isEmpty { return .token(token) }
        if let path = file("tokenFile") { return .tokenFile(path) }
        if let user = value["username"]?.stringValue, !user.isEmpty {
            return .password(user: user, password: value["password"]?.stringValue ?? "")
        }
        if value["exec"] != nil || value["auth-provider"] != nil {
            throw ConfigurationError(
                "user \"\(name)\" uses a credential plugin, which is not supported; use a token or certificate")
        }
        return .anonymous
    }

    private func file(_ name: String) -> String? {
        guard let path = value[name]?.stringValue, !path.isEmpty else { return nil }
        return path.hasPrefix("/") ? path : "\(directory)/\(path)"
    }
}
