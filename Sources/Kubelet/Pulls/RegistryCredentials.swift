// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Credentials for registries from `imagePullSecrets`.
enum RegistryCredentials {
    /// Those that fit the image, the most specific first.
    static func matching(_ image: String, _ secrets: [Secret]) -> [CRI.ImageCredentials] {
        let name = ImageName.normalized(image)
        let found = secrets.flatMap(entries).filter { matches($0.server, name) }
        return found.sorted { $0.server.count > $1.server.count }.map(\.credentials)
    }

    private static func entries(_ secret: Secret) -> [(server: String, credentials: CRI.ImageCredentials)] {
        let (bytes, isWrapped): ([UInt8]?, Bool) =
            switch secret.type {
            case "kubernetes.io/dockerconfigjson": (secret.data[".dockerconfigjson"], true)
            case "kubernetes.io/dockercfg": (secret.data[".dockercfg"], false)
            default: (nil, false)
            }
        // a secret that cannot be read gives no credentials; the pull then says that it is not let in
        guard let bytes, let value = try? JSONValue.parse(bytes) else { return [] }
        guard let servers = (isWrapped ? value["auths"] : value)?.objectValue else { return [] }
        return servers.map { server, entry in
            var credentials = CRI.ImageCredentials()
            credentials.username = entry["username"]?.stringValue ?? ""
            credentials.password = entry["password"]?.stringValue ?? ""
            credentials.auth = entry["auth"]?.stringValue ?? ""
            credentials.identityToken = entry["identitytoken"]?.stringValue ?? ""
            credentials.serverAddress = host(server)
            return (path(server), credentials)
        }
    }

    /// The server's address without scheme and version path.
    private static func path(_ server: String) -> String {
        var text = server[...]
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
        while text.hasSuffix("/") { text = text.dropLast() }
        for version in ["/v1", "/v2"] where text.hasSuffix(version) { text = text.dropLast(version.count) }
        return text == "index.docker.io" ? "docker.io" : String(text)
    }

    private static func host(_ server: String) -> String { String(path(server).prefix { $0 != "/" }) }

    private static func matches(_ server: String, _ image: String) -> Bool {
        if server.hasPrefix("*.") {
            let registry = image.prefix { $0 != "/" }
            return registry.hasSuffix(server.dropFirst(1))
        }
        return image == server || image.hasPrefix(server + "/") || image.hasPrefix(server + ":")
    }
}
