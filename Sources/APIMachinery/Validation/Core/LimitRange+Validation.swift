// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension LimitRange: Validated {
    public func validateBody() -> [FieldError] {
        var errors: [FieldError] = []
        var types: Set<String> = []
        for (index, limit) in spec.limits.enumerated() {
            let path = FieldPath("spec", "limits").index(index)
            errors += type(limit.type, path.child("type"))
            if !types.insert(limit.type).inserted { errors.append(.duplicate(path.child("type"), limit.type)) }
            errors += item(limit, path)
        }
        return errors
    }

    /// One of the standard types, or a name with a domain.
    private func type(_ type: String, _ path: FieldPath) -> [FieldError] {
        let faults = LabelRules.qualifiedName(type)
        if !faults.isEmpty { return faults.map { .invalid(path, type, $0) } }
        if type.contains("/") || ["Pod", "Container", "PersistentVolumeClaim"].contains(type) { return [] }
        return [.invalid(path, type, "must be a standard limit type or fully qualified")]
    }

    private func item(_ limit: LimitRangeItem, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let parts = [
            ("max", limit.max), ("min", limit.min), ("default", limit.default),
            ("defaultRequest", limit.defaultRequest),
            ("maxLimitRequestRatio", limit.maxLimitRequestRatio),
        ]
        for (part, amounts) in parts {
            let at = path.child(part)
            if limit.type == "Pod", part.hasPrefix("default"), !amounts.isEmpty {
                errors.append(.forbidden(at, "may not be specified when `type` is 'Pod'"))
                continue
            }
            for name in amounts.keys.sorted() { errors += self.name(name, limit.type, at.key(name)) }
        }
        if limit.type == "PersistentVolumeClaim", limit.min["storage"] == nil, limit.max["storage"] == nil {
            let text = "either minimum or maximum storage value is required, but neither was provided"
            errors.append(.required(path.child("limits"), text))
        }
        let names = parts.reduce(into: Set<String>()) { $0.formUnion($1.1.keys) }
        for name in names.sorted() { errors += order(limit, name, path) }
        return errors
    }

    /// Nothing is compared with what was there.
    public func validateUpdate(from _: LimitRange) -> [FieldError] { validateAsNew() }

    private func name(_ name: String, _ type: String, _ path: FieldPath) -> [FieldError] {
        switch type {
        case "Pod", "Container": ResourceRules.containerResourceName(name, path)
        default: ResourceRules.resourceName(name, path)
        }
    }

    /// The amounts of one resource: minimum, default request, default and maximum do not decrease.
    private func order(_ limit: LimitRangeItem, _ name: String, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let (low, high) = (limit.min[name], limit.max[name])
        let (request, standard) = (limit.defaultRequest[name], limit.default[name])
        let check = {
            (smaller: Quantity?, words: String, larger: Quantity?, other: String, field: String, shown: Quantity?) in
            guard let smaller, let larger, smaller > larger, let shown else { return }
            let text = "\(words) value \(smaller.text) is greater than \(other) value \(larger.text)"
            errors.append(.invalid(path.child(field).key(name), shown.text, text))
        }
        check(low, "min", high, "max", "min", low)
        check(low, "min", request, "default request", "defaultRequest", request)
        check(request, "default request", high, "max", "defaultRequest", request)
        check(request, "default request", standard, "default limit", "defaultRequest", request)
        // upstream shows the minimum here
        check(low, "min", standard, "default", "default", low)
        check(standard, "default", high, "max", "default", high)
        errors += ratio(limit, name, path)
        if !ResourceRules.isOvercommitAllowed(name), let request, let standard, request != standard {
            let text =
                "default value \(standard.text) must equal to defaultRequest value \(request.text) in \(name)"
            errors.append(.invalid(path.child("defaultRequest").key(name), request.text, text))
        }
        return errors
    }

    /// A limit may not have to be a larger multiple of the request than maximum and minimum allow.
    private func ratio(_ limit: LimitRangeItem, _ name: String, _ path: FieldPath) -> [FieldError] {
        guard let ratio = limit.maxLimitRequestRatio[name] else { return [] }
        let at = path.child("maxLimitRequestRatio").key(name)
        if ratio < Quantity(1) { return [.invalid(at, ratio.text, "ratio \(ratio.text) is less than 1")] }
        guard let low = limit.min[name], let high = limit.max[name], low.milliValue > 0 else { return [] }
        let largest = Double(high.milliValue) / Double(low.milliValue)
        guard Double(ratio.milliValue) / 1000 > largest else { return [] }
        return [.invalid(at, ratio.text, "ratio \(ratio.text) is greater than max/min = \(Self.sixPlaces(largest))")]
    }

    /// A number with six places after the point, as Go's `%f`.
    private static func sixPlaces(_ value: Double) -> String {
        guard value.isFinite, value >= 0, value < 1e12 else { return "0.000000" }
        let scaled = Int64((value * 1_000_000).rounded())
        let rest = String(scaled % 1_000_000)
        return "\(scaled / 1_000_000)." + String(repeating: "0", count: 6 - rest.count) + rest
    }
}
