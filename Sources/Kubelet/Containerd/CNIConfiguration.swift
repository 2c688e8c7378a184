// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// The network of a node's pods as CNI's plugins are told it: a bridge with addresses from the node's pod range.
///
/// Masquerading is not the plugin's business but that of the pod network, which knows the whole cluster's range.
///
/// - SeeAlso: the CNI specification 0.4.0; the plugins bridge, host-local, portmap.
public struct CNIConfiguration: Sendable, Equatable {
    /// The name of the configuration list, under which host-local keeps its addresses.
    public static let network = "martlet"
    /// The name of the file, first in any alphabetical order that other files may have.
    public static let fileName = "10-martlet.conflist"

    /// The node's range of pod addresses, for example `10.244.1.0/24`; with two families, one of each.
    public var podCIDRs: [String]
    /// The link that all pods of the node hang on.
    public var bridge: String
    /// Bytes in a packet; nil takes the plugin's default.
    public var mtu: Int?
    /// Where host-local writes down which addresses are given out.
    public var dataDirectory: String

    public init(podCIDRs: [String], bridge: String = "martlet0", mtu: Int? = nil, dataDirectory: String) {
        self.podCIDRs = podCIDRs
        self.bridge = bridge
        self.mtu = mtu
        self.dataDirectory = dataDirectory
    }

    /// The text of the file. The CIDRs must have been checked to be such: they go into it as they are.
    public var text: String {
        let ranges = podCIDRs.map { #"[{"subnet": "\#($0)"}]"# }.joined(separator: ", ")
        let routes = podCIDRs.map { $0.contains(":") ? #"{"dst": "::/0"}"# : #"{"dst": "0.0.0.0/0"}"# }
        let mtuLine = mtu.map { "\n      \"mtu\": \($0)," } ?? ""
        return """
            {
              "cniVersion": "0.4.0",
              "name": "\(Self.network)",
              "plugins": [
                {
                  "type": "bridge",
                  "bridge": "\(bridge)",
                  "isGateway": true,
                  "forceAddress": true,
                  "ipMasq": false,
                  "hairpinMode": true,\(mtuLine)
                  "ipam": {
                    "type": "host-local",
                    "dataDir": "\(dataDirectory)",
                    "ranges": [\(ranges)],
                    "routes": [\(routes.joined(separator: ", "))]
                  }
                },
                {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}
              ]
            }

            """
    }

    /// Writes the file where containerd, which watches the directory, finds it at once; does nothing where it is there
    /// already.
    ///
    /// - Throws: ``ContainerdError`` `filesystem`.
    public func write(to paths: ContainerdPaths) throws(ContainerdError) {
        try HostFile.makeDirectory(paths.cniConfigs, mode: 0o755)
        try HostFile.makeDirectory(dataDirectory, mode: 0o755)
        let path = paths.cniConfigs + "/" + Self.fileName
        if HostFile.read(path) == [UInt8](text.utf8) { return }
        try HostFile.replace(path, with: [UInt8](text.utf8), mode: 0o644)
    }
}
