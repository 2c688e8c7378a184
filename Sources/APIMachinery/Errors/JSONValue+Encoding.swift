// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
public import Wire

extension JSONValue {
    /// The JSON form of an API value as a tree: for messages that show it, and for what works on any type.
    public init(encoding value: some WireValue) {
        // what the encoder writes is always JSON; a fault of it would show as null in a message
        self = (try? JSONValue.parse(JSONCoding.encode(value))) ?? .null
    }
}
