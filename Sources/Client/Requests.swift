// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

/// What to list or watch, and how much of it at once.
///
/// - SeeAlso: `ListOptions` of `meta/v1`.
public struct ListQuery: Sendable, Hashable {
    /// For example `app=web,tier!=cache`; empty for all.
    public var labelSelector: String
    /// For example `spec.nodeName=node-1`; empty for all.
    public var fieldSelector: String
    /// At most so many objects; 0 for all.
    public var limit: Int
    /// `metadata.continue` of the page before.
    public var continueToken: String
    /// nil for the newest state; `"0"` for any.
    public var resourceVersion: String?
    /// `Exact` or `NotOlderThan`; empty for the server's choice.
    public var resourceVersionMatch: String

    public init(
        labelSelector: String = "", fieldSelector: String = "", limit: Int = 0, continueToken: String = "",
        resourceVersion: String? = nil, resourceVersionMatch: String = ""
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.limit = limit
        self.continueToken = continueToken
        self.resourceVersion = resourceVersion
        self.resourceVersionMatch = resourceVersionMatch
    }

    var parameters: [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String) { if !value.isEmpty { result.append((name, value)) } }
        add("labelSelector", labelSelector)
        add("fieldSelector", fieldSelector)
        if limit > 0 { add("limit", String(limit)) }
        add("continue", continueToken)
        add("resourceVersion", resourceVersion ?? "")
        add("resourceVersionMatch", resourceVersionMatch)
        return result
    }
}

/// How a write is done.
///
/// - SeeAlso: `CreateOptions`, `UpdateOptions`, `PatchOptions` of `meta/v1`.
public struct WriteQuery: Sendable, Hashable {
    /// Whether nothing is to be stored.
    public var dryRun: Bool
    /// Who owns the fields that are set; empty for the user agent.
    public var fieldManager: String
    /// `Ignore`, `Warn` or `Strict`; empty for the server's choice.
    public var fieldValidation: String

    public init(dryRun: Bool = false, fieldManager: String = "", fieldValidation: String = "") {
        self.dryRun = dryRun
        self.fieldManager = fieldManager
        self.fieldValidation = fieldValidation
    }

    var parameters: [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        if dryRun { result.append(("dryRun", "All")) }
        if !fieldManager.isEmpty { result.append(("fieldManager", fieldManager)) }
        if !fieldValidation.isEmpty { result.append(("fieldValidation", fieldValidation)) }
        return result
    }
}

/// A change for the server to carry out.
public enum Patch: Sendable, Hashable {
    /// RFC 6902: a list of operations.
    case json([UInt8])
    /// RFC 7386: a JSON object laid over the present one.
    case merge([UInt8])
    /// Kubernetes' own: as a merge patch, lists merged by key.
    case strategic([UInt8])
    /// Server-side apply: the fields that the caller wants (JSON or YAML).
    case apply([UInt8], force: Bool)

    /// The bytes to send.
    public var body: [UInt8] {
        switch self {
        case .json(let bytes), .merge(let bytes), .strategic(let bytes), .apply(let bytes, force: _): bytes
        }
    }

    /// The media type to send them under.
    public var contentType: String {
        switch self {
        case .json: "application/json-patch+json"
        case .merge: "application/merge-patch+json"
        case .strategic: "application/strategic-merge-patch+json"
        case .apply: "application/apply-patch+yaml"
        }
    }
}
