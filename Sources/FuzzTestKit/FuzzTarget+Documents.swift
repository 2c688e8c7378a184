// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Wire

extension FuzzTarget {
    /// Decoders of JSON, YAML and protobuf.
    static let documents = [
        FuzzTarget("json") { bytes throws(FuzzFault) in
            guard let value = try? JSONValue.parse(bytes) else { return }
            let written = value.bytes()
            try promise((try? JSONValue.parse(written)) == value, "JSON changes when it is written and read again")
        },
        FuzzTarget("object") { bytes throws(FuzzFault) in
            try decode(Pod.self, bytes)
            try decode(Deployment.self, bytes)
            try decode(Service.self, bytes)
            try decode(CustomResourceDefinition.self, bytes)
        },
        FuzzTarget("yaml") { bytes throws(FuzzFault) in
            guard let value = try? YAML.parse(bytes) else { return }
            try promise((try? JSONValue.parse(value.bytes())) != nil, "what was read from YAML is no JSON")
            _ = YAML.write(value)
        },
        FuzzTarget("protobuf") { bytes throws(FuzzFault) in
            // the corpus is text: an object in JSON, whose protobuf form the rest of the input then damages
            let (json, damage) = split(bytes)
            guard let pod = try? JSONCoding.decode(Pod.self, from: json) else { return }
            var message = ProtobufCoding.encode(pod)
            for (index, byte) in damage.enumerated() where !message.isEmpty {
                message[(index &* 31 &+ Int(byte) &* 7) % message.count] ^= byte
            }
            guard let read = try? ProtobufCoding.decode(Pod.self, from: message) else { return }
            let again = ProtobufCoding.encode(read)
            try promise(
                (try? ProtobufCoding.decode(Pod.self, from: again)) == read,
                "protobuf changes when it is written and read again")
            _ = JSONCoding.encode(read)
        },
    ]

    /// Decodes, and decodes again what was encoded.
    private static func decode<Object: TopLevelObject & Equatable>(
        _: Object.Type, _ bytes: [UInt8]
    ) throws(FuzzFault) {
        guard let (value, _) = try? JSONCoding.decodeStrictly(Object.self, from: bytes) else { return }
        let json = JSONCoding.encode(value)
        guard let again = try? JSONCoding.decode(Object.self, from: json) else {
            throw FuzzFault("an encoded \(Object.self) cannot be decoded")
        }
        try promise(again == value, "a \(Object.self) changes when it is encoded and decoded again")
    }

    /// What stands before and after the first empty line.
    static func split(_ bytes: [UInt8]) -> ([UInt8], [UInt8]) {
        guard let mark = bytes.indices.dropLast().first(where: { bytes[$0] == 10 && bytes[$0 + 1] == 10 }) else {
            return (bytes, [])
        }
        return (Array(bytes[..<mark]), Array(bytes[(mark + 2)...]))
    }
}
