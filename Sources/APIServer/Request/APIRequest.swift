// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// One request, after the network edge and before any rule: what arrived, from whom, for what.
package struct APIRequest: Sendable {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS`, as sent.
    package var method: String
    /// The percent-decoded path without the query, for example `/api/v1/namespaces/default/pods`.
    package var path: String
    /// The query in the order sent, percent-decoded.
    package var query: [(name: String, value: String)]
    /// Header fields in the order sent; names in lower case.
    package var headers: [(name: String, value: String)]
    /// The whole body; empty where there is none. The edge refuses bodies over 3 MiB (413) before this value exists.
    package var body: [UInt8]
    /// Who asks, after authentication and impersonation.
    package var user: RequestUser
    /// What is asked for, as authorization and the registry see it.
    package var info: RequestInfo
    /// The remote address without port, for events and audit; empty in process.
    package var remoteAddress: String

    package init(
        method: String, path: String, query: [(name: String, value: String)], headers: [(name: String, value: String)],
        body: [UInt8], user: RequestUser, info: RequestInfo, remoteAddress: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.user = user
        self.info = info
        self.remoteAddress = remoteAddress
    }

    /// The first value of a header (name in lower case).
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    /// The first value of a query parameter.
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// The user of a request.
///
/// - SeeAlso: `user.Info` of Kubernetes' `k8s.io/apiserver/pkg/authentication/user`.
package struct RequestUser: Sendable, Equatable {
    package var name: String
    package var uid: String
    package var groups: [String]
    package var extra: [String: [String]]

    package init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// Who asks without credentials.
    package static let anonymous = RequestUser(name: "system:anonymous", groups: ["system:unauthenticated"])
}

/// What a path and method ask for.
///
/// - SeeAlso: `RequestInfo` of Kubernetes' `k8s.io/apiserver/pkg/endpoints/request`.
package struct RequestInfo: Sendable, Equatable {
    /// Whether it is about a resource (`/api/v1/...`, `/apis/GROUP/VERSION/...`).
    package var isResourceRequest: Bool
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; for other paths the method in lower case.
    package var verb: String
    package var apiGroup: String
    package var apiVersion: String
    package var namespace: String
    package var resource: String
    package var subresource: String
    package var name: String
    /// The path segments after the API prefix, group and version, with namespace, resource and name.
    package var parts: [String]

    package init(
        isResourceRequest: Bool, verb: String, apiGroup: String = "", apiVersion: String = "", namespace: String = "",
        resource: String = "", subresource: String = "", name: String = "", parts: [String] = []
    ) {
        self.isResourceRequest = isResourceRequest
        self.verb = verb
        self.apiGroup = apiGroup
        self.apiVersion = apiVersion
        self.namespace = namespace
        self.resource = resource
        self.subresource = subresource
        self.name = name
        self.parts = parts
    }
}
