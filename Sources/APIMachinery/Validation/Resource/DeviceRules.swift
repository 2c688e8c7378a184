// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// One device of a slice.
struct DeviceRules {
    private static let namesLimit = 32
    private static let valuesLimit = 48
    private static let valueSizeLimit = 64
    private static let taintsLimit = 16
    private static let consumptionsLimit = 2
    private static let countersLimit = 32
    /// The longest name of an attribute that is shown whole: domain, slash and identifier.
    private static let longestName = 63 + 1 + 32

    var device: Device
    /// The device of that name in the slice that is replaced; what it had is not looked at again.
    var old: Device?
    /// Whether the device says where it is, because the slice does not.
    var hasPlace: Bool

    func validate(_ path: FieldPath) -> [FieldError] {
        var errors = DeviceListRules.label(device.name, path.child("name"))
        errors += counts(path)
        errors += Self.map(device.attributes, path.child("attributes"), item: Self.attribute)
        if old == nil || old?.capacity != device.capacity {
            errors += Self.map(device.capacity, path.child("capacity"), item: capacity)
        }
        if old == nil || old?.taints != device.taints {
            errors += DeviceListRules.list(
                device.taints, limit: Self.taintsLimit, path.child("taints"), item: DeviceTaintRules.taint)
        }
        errors += DeviceListRules.set(
            device.consumesCounters, limit: Self.consumptionsLimit, path.child("consumesCounters"),
            key: { .string($0.counterSet) }
        ) { consumption, at in
            Self.counters(consumption.counterSet, "counterSet", consumption.counters, at)
        }
        errors += place(path)
        return errors
            + BindingConditionRules.validate(device.bindingConditions, device.bindingFailureConditions, path)
    }

    private func counts(_ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        let names = device.attributes.count + device.capacity.count
        if names > Self.namesLimit {
            let text = "the total number of attributes and capacities must not exceed \(Self.namesLimit)"
            errors.append(.invalid(path, names, text))
        }
        let values = device.attributes.values.reduce(0) { $0 + max(Self.listCount($1), 1) }
        if values > Self.valuesLimit {
            let text = "the total number of attribute values must not exceed \(Self.valuesLimit)"
            errors.append(.invalid(path, values, text))
        }
        return errors
    }

    /// How many values the lists of an attribute have.
    static func listCount(_ attribute: DeviceAttribute) -> Int {
        attribute.ints.count + attribute.bools.count + attribute.strings.count + attribute.versions.count
    }

    // MARK: maps

    /// Attributes or capacities, in the order of their names.
    private static func map<Item>(
        _ items: [String: Item], _ path: FieldPath, item: (Item, FieldPath) -> [FieldError]
    ) -> [FieldError] {
        items.sorted { $0.key < $1.key }.flatMap { name, value in
            DeviceNameRules.qualified(name, path) + item(value, path.key(shortened(name, longestName)))
        }
    }

    /// A name without its middle, where it is too long to be shown.
    private static func shortened(_ name: String, _ limit: Int) -> String {
        let bytes = Array(name.utf8)
        if bytes.count <= limit { return name }
        let rest = limit - 3
        return String(decoding: bytes[..<((rest + 1) / 2)], as: UTF8.self) + "..."
            + String(decoding: bytes[(bytes.count - rest / 2)...], as: UTF8.self)
    }

    /// A set of counters, whose name stands in `field`.
    static func counters(
        _ name: String, _ field: String, _ counters: [String: Counter], _ path: FieldPath
    ) -> [FieldError] {
        let errors = ValueRules.name(name, path.child(field), NameRules.dns1123Label)
        let at = path.child("counters")
        if counters.isEmpty { return errors + [.required(at)] }
        if counters.count > countersLimit {
            return errors + [.tooMany(at, count: counters.count, limit: countersLimit)]
        }
        return errors + counters.keys.sorted().flatMap { DeviceListRules.label($0, at) }
    }

    private static func attribute(_ attribute: DeviceAttribute, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let text = attribute.string { errors += self.text(text, path.child("string")) }
        if let version = attribute.version { errors += self.version(version, path.child("version")) }
        errors += attribute.strings.enumerated().flatMap { text($1, path.child("strings").index($0)) }
        errors += attribute.versions.enumerated().flatMap { version($1, path.child("versions").index($0)) }
        let fields = [
            attribute.int != nil, attribute.bool != nil, attribute.string != nil, attribute.version != nil,
            !attribute.ints.isEmpty, !attribute.bools.isEmpty, !attribute.strings.isEmpty,
            !attribute.versions.isEmpty,
        ].count { $0 }
        if fields != 1 {
            let shown: JSONValue =
                fields == 0 ? "" : InternalForm.json(attribute, "resource.k8s.io/v1.DeviceAttribute")
            errors.append(.invalid(path, shown, "exactly one value must be specified"))
        }
        return errors
    }

    private static func text(_ text: String, _ path: FieldPath) -> [FieldError] {
        text.utf8.count > valueSizeLimit ? [.tooLong(path, limit: valueSizeLimit)] : []
    }

    private static func version(_ text: String, _ path: FieldPath) -> [FieldError] {
        let form = "must be a string compatible with semver.org spec 2.0.0"
        let errors: [FieldError] = SemanticVersion.isStrict(text) ? [] : [.invalid(path, text, form)]
        return errors + self.text(text, path)
    }

    private func capacity(_ capacity: DeviceCapacity, _ path: FieldPath) -> [FieldError] {
        guard let policy = capacity.requestPolicy else { return [] }
        let at = path.child("requestPolicy")
        guard device.allowMultipleAllocations == true else {
            return [.forbidden(at, "allowMultipleAllocations must be true")]
        }
        return CapacityPolicyRules.validate(policy, of: capacity.value, at)
    }

    /// Where the device is, if the slice does not say it for all.
    private func place(_ path: FieldPath) -> [FieldError] {
        guard hasPlace else {
            if device.nodeName == nil, device.nodeSelector == nil, device.allNodes == nil { return [] }
            let text =
                "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
            return [.invalid(path, .null, text)]
        }
        var errors: [FieldError] = []
        var fields: [String] = []
        if let name = device.nodeName {
            let at = path.child("nodeName")
            if name.isEmpty {
                errors.append(.invalid(at, name, "must not be empty"))
            } else {
                fields.append("`nodeName`")
                errors += NameRules.dns1123Subdomain(name).map { .invalid(at, name, $0) }
            }
        }
        if let selector = device.nodeSelector {
            fields.append("`nodeSelector`")
            errors += SchedulingRules.nodeSelector(selector, path.child("nodeSelector"))
        }
        if device.allNodes == true { fields.append("`allNodes`") }
        if device.allNodes == false {
            errors.append(.invalid(path.child("allNodes"), false, "must be either unset or set to true"))
        }
        let text =
            "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
        if fields.isEmpty { errors.append(.required(path, text)) }
        if fields.count > 1 { errors.append(.invalid(path, "{" + fields.joined(separator: ", ") + "}", text)) }
        return errors
    }
}

/// Versions as semver.org defines them.
enum SemanticVersion {
    /// Whether a text is a version to the letter: `1.2.3-rc.1+build`.
    static func isStrict(_ text: String) -> Bool {
        let parts = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, !identifiers(parts[1]).allSatisfy({ isIdentifier($0) }) { return false }
        let halves = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        if halves.count == 2, !identifiers(halves[1]).allSatisfy({ isIdentifier($0) && !isPadded($0) }) {
            return false
        }
        let numbers = identifiers(halves[0])
        return numbers.count == 3 && numbers.allSatisfy { isNumber($0) && !isPadded($0) }
    }

    private static func identifiers(_ text: Substring) -> [Substring] {
        text.split(separator: ".", omittingEmptySubsequences: false)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(NameRules.isDigit)
    }

    private static func isPadded(_ text: Substring) -> Bool {
        isNumber(text) && text.utf8.count > 1 && text.hasPrefix("0")
    }

    private static func isIdentifier(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { NameRules.isLetter($0) || NameRules.isDigit($0) || $0 == UInt8(ascii: "-") }
    }
}

/// Which shares of a capacity a claim may ask for.
enum CapacityPolicyRules {
    private static let valuesLimit = 10

    static func validate(_ policy: CapacityRequestPolicy, of whole: Quantity, _ path: FieldPath) -> [FieldError] {
        let standard = path.child("default")
        switch (policy.validValues.isEmpty, policy.validRange) {
        case (false, .some):
            let text =
                #"exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time"#
            return [.forbidden(path, text)]
        case (false, nil):
            guard let value = policy.default else {
                return [.required(standard, "required when validValues is defined")]
            }
            return values(policy.validValues, value, whole, path.child("validValues"))
        case (true, let range?):
            guard let value = policy.default else {
                return [.required(standard, "required when validRange is defined")]
            }
            return self.range(range, value, whole, path.child("validRange"))
        case (true, nil): return []
        }
    }

    private static func values(
        _ values: [Quantity], _ standard: Quantity, _ whole: Quantity, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, pair) in zip(values, values.dropFirst()).enumerated() where pair.0 > pair.1 {
            let text = "values must be sorted in ascending order"
            errors.append(.invalid(path.index(index + 1), pair.1.text, text))
        }
        errors += DeviceListRules.set(
            values, limit: valuesLimit, path, id: { $0.value },
            shown: { shown in
                .string(String(shown.value))
            }
        ) { value, at in
            value > whole ? [.invalid(at, value.text, "option is larger than capacity value: \(whole.text)")] : []
        }
        if !values.contains(standard) {
            let text = "default value is not valid according to the requestPolicy"
            errors.append(.invalid(path, standard.text, text))
        }
        return errors
    }

    private static func range(
        _ range: CapacityRequestPolicyRange, _ standard: Quantity, _ whole: Quantity, _ path: FieldPath
    ) -> [FieldError] {
        guard let low = range.min else { return [.required(path.child("min"), "required when validRange is defined")] }
        var errors: [FieldError] = []
        if low > whole {
            errors.append(.invalid(path.child("min"), low.text, "min is larger than capacity value: \(whole.text)"))
        }
        if standard < low {
            errors.append(.invalid(path.child("min"), standard.text, "default is less than min: \(low.text)"))
        }
        if let high = range.max {
            let at = path.child("max")
            if low > high { errors.append(.invalid(at, low.text, "min is larger than max: \(high.text)")) }
            if high > whole {
                errors.append(.invalid(at, high.text, "max is larger than capacity value: \(whole.text)"))
            }
            if standard > high {
                errors.append(.invalid(at, standard.text, "default is more than max: \(high.text)"))
            }
        }
        guard let step = range.step else { return errors }
        return errors + self.step(step, range, standard, low, whole, path.child("step"))
    }

    private static func step(
        _ step: Quantity, _ range: CapacityRequestPolicyRange, _ standard: Quantity, _ low: Quantity,
        _ whole: Quantity, _ path: FieldPath
    ) -> [FieldError] {
        if step <= Quantity() { return [.invalid(path, step.text, "must be greater than zero")] }
        var errors: [FieldError] = []
        let next = low + step
        if next > whole {
            let text = "one step \(next.text) is larger than capacity value: \(whole.text)"
            errors.append(.invalid(path, step.text, text))
        }
        for value in [standard, range.max].compactMap(\.self) {
            let (distance, overflows) = value.value.subtractingReportingOverflow(low.value)
            guard !overflows, step.value > 0, distance % step.value != 0 else { continue }
            let text = "value is not a multiple of a given step (\(step.text)) from (\(low.text))"
            errors.append(.invalid(path, value.text, text))
        }
        return errors
    }
}
