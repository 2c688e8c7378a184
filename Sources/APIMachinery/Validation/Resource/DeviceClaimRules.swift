// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// What a claim asks for: devices by class, constraints among them, and their configuration.
///
/// - SeeAlso: "Dynamic Resource Allocation" in Kubernetes' documentation.
struct DeviceClaimRules {
    /// How many requests, constraints, configurations or selectors a list may have.
    private static let listLimit = 32
    private static let alternativesLimit = 8

    private let claim: DeviceClaim
    /// The requests by name, with the names of the alternatives within them.
    private let requests: [String: Set<String>]

    init(_ claim: DeviceClaim) {
        self.claim = claim
        requests = Dictionary(
            claim.requests.map { ($0.name, Set($0.firstAvailable.map(\.name))) }, uniquingKeysWith: { $1 })
    }

    func validate(_ path: FieldPath) -> [FieldError] {
        var errors = DeviceListRules.set(
            claim.requests, limit: Self.listLimit, path.child("requests"), key: { .string($0.name) }, item: request)
        errors += DeviceListRules.list(
            claim.constraints, limit: Self.listLimit, path.child("constraints"), item: constraint)
        return errors
            + DeviceListRules.list(claim.config, limit: Self.listLimit, path.child("config")) { config, at in
                references(config.requests, at.child("requests"))
                    + DeviceConfigurationRules.validate(config.deviceConfiguration, at)
            }
    }

    // MARK: requests

    private func request(_ request: DeviceRequest, _ path: FieldPath) -> [FieldError] {
        let errors = DeviceListRules.label(request.name, path.child("name"))
        let text = "exactly one of `exactly` or `firstAvailable` is required"
        switch (request.exactly, request.firstAvailable.isEmpty) {
        case (nil, true): return errors + [.required(path, text)]
        case (.some, false): return errors + [.invalid(path, .null, text + ", but multiple fields are set")]
        case (let exactly?, true): return errors + exact(exactly, path.child("exactly"))
        case (nil, false):
            return errors
                + DeviceListRules.set(
                    request.firstAvailable, limit: Self.alternativesLimit, path.child("firstAvailable"),
                    key: { .string($0.name) }, item: alternative)
        }
    }

    private func exact(_ request: ExactDeviceRequest, _ path: FieldPath) -> [FieldError] {
        common(request.deviceClassName, request.selectors, request.allocationMode, request.count, path)
            + tolerations(request.tolerations, path)
    }

    private func alternative(_ request: DeviceSubRequest, _ path: FieldPath) -> [FieldError] {
        DeviceListRules.label(request.name, path.child("name"))
            + common(request.deviceClassName, request.selectors, request.allocationMode, request.count, path)
            + tolerations(request.tolerations, path)
    }

    private func common(
        _ name: String, _ selectors: [DeviceSelector], _ mode: String, _ count: Int64, _ path: FieldPath
    ) -> [FieldError] {
        var errors = ValueRules.name(name, path.child("deviceClassName"), NameRules.dns1123Subdomain)
        errors += DeviceListRules.selectors(selectors, path.child("selectors"))
        switch mode {
        case "All":
            if count != 0 {
                let text = "must not be specified when allocationMode is 'All'"
                errors.append(.invalid(path.child("count"), count, text))
            }
        case "ExactCount":
            if count <= 0 { errors.append(.invalid(path.child("count"), count, "must be greater than zero")) }
        default: errors.append(.notSupported(path.child("allocationMode"), mode, ["All", "ExactCount"]))
        }
        return errors
    }

    private func tolerations(_ tolerations: [DeviceToleration], _ path: FieldPath) -> [FieldError] {
        DeviceTaintRules.tolerations(tolerations, path.child("tolerations"))
    }

    // MARK: constraints and references

    private func constraint(_ constraint: DeviceConstraint, _ path: FieldPath) -> [FieldError] {
        let errors = references(constraint.requests, path.child("requests"))
        switch (constraint.matchAttribute, constraint.distinctAttribute) {
        case (let name?, _): return errors + DeviceNameRules.full(name, path.child("matchAttribute"))
        case (nil, let name?): return errors + DeviceNameRules.full(name, path.child("distinctAttribute"))
        case (nil, nil):
            let text =
                #"exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set"#
            return errors + [.required(path, text)]
        }
    }

    /// Names of requests of this claim, each once.
    func references(_ names: [String], _ path: FieldPath) -> [FieldError] {
        DeviceListRules.set(names, limit: Self.listLimit, path, key: { .string($0) }, item: reference)
    }

    /// The name of a request, or those of a request and an alternative within it.
    func reference(_ name: String, _ path: FieldPath) -> [FieldError] {
        let text =
            "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
        let unknown = FieldError.invalid(path, name, text)
        let segments = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if segments.count > 2 { return [unknown] }
        let errors = segments.flatMap { DeviceListRules.label($0, path) }
        let alternatives = segments.first.flatMap { requests[$0] }
        let isKnown = alternatives.map { segments.count == 1 || $0.contains(segments[1]) } ?? false
        return isKnown ? errors : errors + [unknown]
    }
}

/// Lists of limited length; one that is too long is not looked at any further.
enum DeviceListRules {
    private static let expressionSizeLimit = 10 * 1024

    static func list<Item>(
        _ items: [Item], limit: Int?, _ path: FieldPath, item: (Item, FieldPath) -> [FieldError]
    ) -> [FieldError] {
        if let limit, items.count > limit { return [.tooMany(path, count: items.count, limit: limit)] }
        return items.enumerated().flatMap { item($1, path.index($0)) }
    }

    /// A list whose items differ in their keys.
    static func set<Item, Key: Hashable>(
        _ items: [Item], limit: Int?, _ path: FieldPath, id: (Item) -> Key, shown: (Item) -> JSONValue,
        item: (Item, FieldPath) -> [FieldError]
    ) -> [FieldError] {
        var errors = list(items, limit: limit, path, item: item)
        if let limit, items.count > limit { return errors }
        var seen: Set<Key> = []
        for (index, item) in items.enumerated() where !seen.insert(id(item)).inserted {
            errors.append(.duplicate(path.index(index), shown(item)))
        }
        return errors
    }

    /// A list whose items differ in their names.
    static func set<Item>(
        _ items: [Item], limit: Int?, _ path: FieldPath, key: (Item) -> JSONValue,
        item: (Item, FieldPath) -> [FieldError]
    ) -> [FieldError] {
        set(items, limit: limit, path, id: { key($0).text() }, shown: key, item: item)
    }

    static func label(_ name: String, _ path: FieldPath) -> [FieldError] {
        NameRules.dns1123Label(name).map { .invalid(path, name, $0) }
    }

    static func selectors(_ selectors: [DeviceSelector], _ path: FieldPath) -> [FieldError] {
        list(selectors, limit: 32, path) { selector, at in
            guard let cel = selector.cel else { return [.required(at.child("cel"))] }
            let path = at.child("cel", "expression")
            if cel.expression.utf8.count > expressionSizeLimit {
                return [.tooLong(path, limit: expressionSizeLimit)]
            }
            return expression(cel.expression, path)
        }
    }

    /// What an expression may cost at most, by the estimate.
    private static let costLimit: UInt64 = 1_000_000

    /// An expression that is true for the devices that are wanted.
    private static func expression(_ expression: String, _ path: FieldPath) -> [FieldError] {
        do throws(CELFaults) {
            let program = try CELProgram(expression, in: .device)
            guard program.type == .bool || program.type == .any else {
                let text = "must evaluate to bool or the unknown type, not \(program.type.text)"
                return [.invalid(path, expression, text)]
            }
            let cost = program.estimatedCost(CELEnvironment.deviceSizes).maximum
            return cost > costLimit ? [.forbidden(path, "too complex, exceeds cost limit")] : []
        } catch {
            return [.invalid(path, expression, "compilation failed: " + error.text)]
        }
    }
}

/// Configuration that only the driver of a device understands.
enum DeviceConfigurationRules {
    static let parametersSizeLimit = 10 * 1024

    static func validate(_ configuration: DeviceConfiguration, _ path: FieldPath) -> [FieldError] {
        guard let opaque = configuration.opaque else { return [.required(path.child("opaque"))] }
        let at = path.child("opaque")
        return StorageRules.driverName(opaque.driver, at.child("driver"))
            + object(opaque.parameters, limit: parametersSizeLimit, at.child("parameters"))
    }

    /// A JSON object of limited size.
    static func object(_ value: RawExtension, limit: Int, _ path: FieldPath) -> [FieldError] {
        if value.raw.isEmpty { return [.required(path)] }
        if value.raw.count > limit { return [.tooLong(path, limit: limit)] }
        switch try? JSONValue.parse(value.raw) {
        case .object?: return []
        case .null?, nil: return [.required(path)]
        default: return [.invalid(path, "<value omitted>", "must be a valid JSON object")]
        }
    }
}

/// Names of attributes and capacities of devices.
enum DeviceNameRules {
    private static let identifierLimit = 32

    /// A name with an optional domain: `model`, `gpu.example.com/model`.
    static func qualified(_ name: String, _ path: FieldPath) -> [FieldError] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: return identifier(parts[0], path)
        case 2:
            let domain: [FieldError] =
                parts[0].isEmpty
                ? [.invalid(path, "", "the domain must not be empty")] : StorageRules.driverName(parts[0], path)
            let local: [FieldError] =
                parts[1].isEmpty
                ? [.invalid(path, "", "the name must not be empty")] : identifier(parts[1], path)
            return domain + local
        default: return []
        }
    }

    /// A name with a domain.
    static func full(_ name: String, _ path: FieldPath) -> [FieldError] {
        let errors = qualified(name, path)
        guard !name.contains("/") else { return errors }
        let text = "a fully qualified name must be a domain and a name separated by a slash"
        return errors + [.invalid(path, name, text)]
    }

    private static func identifier(_ name: String, _ path: FieldPath) -> [FieldError] {
        let errors: [FieldError] =
            name.utf8.count > identifierLimit ? [.tooLong(path, limit: identifierLimit)] : []
        return errors + NameRules.cIdentifier(name).map { .invalid(path, name, $0) }
    }

    /// The name of a pool: subdomains separated by slashes.
    static func pool(_ name: String, _ path: FieldPath) -> [FieldError] {
        if name.isEmpty { return [.required(path)] }
        let errors: [FieldError] = name.utf8.count > 253 ? [.tooLong(path, limit: 253)] : []
        let faults = name.split(separator: "/", omittingEmptySubsequences: false).flatMap { part in
            NameRules.dns1123Subdomain(String(part)).map { FieldError.invalid(path, String(part), $0) }
        }
        return errors + faults
    }
}

/// Taints of devices, and what tolerates them.
enum DeviceTaintRules {
    private static let effects = ["NoExecute", "NoSchedule", "None"]

    static func taint(_ taint: DeviceTaint, _ path: FieldPath) -> [FieldError] {
        var errors = LabelRules.qualifiedName(taint.key).map {
            FieldError.invalid(path.child("key"), taint.key, $0)
        }
        errors += ValueRules.optionalName(taint.value, path.child("value"), LabelRules.value)
        let effect = path.child("effect")
        return errors
            + (taint.effect.isEmpty ? [.required(effect)] : ValueRules.oneOf(taint.effect, effects, effect))
    }

    static func tolerations(_ tolerations: [DeviceToleration], _ path: FieldPath) -> [FieldError] {
        DeviceListRules.list(tolerations, limit: 16, path, item: toleration)
    }

    private static func toleration(_ toleration: DeviceToleration, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.optionalName(toleration.key, path.child("key"), LabelRules.qualifiedName)
        let value = path.child("value")
        switch toleration.operator {
        case "Exists":
            if !toleration.value.isEmpty {
                errors.append(.invalid(value, toleration.value, "must be empty for operator `Exists`"))
            }
        case "Equal": errors += LabelRules.value(toleration.value).map { .invalid(value, toleration.value, $0) }
        case "": errors.append(.required(path.child("operator")))
        default:
            errors.append(.notSupported(path.child("operator"), toleration.operator, ["Equal", "Exists"]))
        }
        if !toleration.effect.isEmpty {
            errors += ValueRules.oneOf(toleration.effect, effects, path.child("effect"))
        }
        return errors
    }
}
