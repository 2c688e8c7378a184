// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension PriorityLevelConfiguration: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if (spec.type == "Exempt") != (metadata.name == "exempt") {
            let text = "must be 'Exempt' if and only if `name` is 'exempt'"
            errors.append(.invalid(path.child("type"), spec.type, text))
        }
        switch spec.type {
        case "Exempt":
            if spec.limited != nil {
                errors.append(.forbidden(path.child("limited"), "must be nil if the type is not Limited"))
            }
            if let exempt = spec.exempt {
                let at = path.child("exempt")
                errors += shares(exempt.nominalConcurrencyShares, at) + lendable(exempt.lendablePercent, at)
            }
        case "Limited":
            if spec.exempt != nil {
                errors.append(.forbidden(path.child("exempt"), "must be nil if the type is Limited"))
            }
            if let limited = spec.limited {
                errors += self.limited(limited, path.child("limited"))
            } else {
                errors.append(.required(path.child("limited"), "must not be empty when type is Limited"))
            }
        default: errors.append(.notSupported(path.child("type"), spec.type, ["Exempt", "Limited"]))
        }
        return errors + mandatory(path) + conditions()
    }

    /// The levels that every cluster has stay as they are.
    private func mandatory(_ path: FieldPath) -> [FieldError] {
        let shown = { InternalForm.json(spec, "flowcontrol.apiserver.k8s.io/v1.PriorityLevelConfigurationSpec") }
        switch metadata.name {
        case "exempt":
            var fixed = MandatoryFlowControl.exempt
            fixed.exempt = spec.exempt
            guard spec != fixed else { return [] }
            let text = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value"
            return [.invalid(path, shown(), text)]
        case "catch-all":
            guard spec != MandatoryFlowControl.catchAll else { return [] }
            return [.invalid(path, shown(), "spec of 'catch-all' must equal the fixed value")]
        default: return []
        }
    }

    private func conditions() -> [FieldError] {
        FlowConditionRules.validate(status.conditions.map(\.type), FieldPath("status", "conditions"))
    }

    public func validateUpdate(from _: PriorityLevelConfiguration) -> [FieldError] { validateAsNew() }

    public func validateStatus(from _: PriorityLevelConfiguration) -> [FieldError] { conditions() }

    private func shares(_ shares: Int32?, _ path: FieldPath) -> [FieldError] {
        guard let shares, shares < 0 else { return [] }
        return [.invalid(path.child("nominalConcurrencyShares"), shares, "must be a non-negative integer")]
    }

    private func lendable(_ percent: Int32?, _ path: FieldPath) -> [FieldError] {
        guard let percent, percent < 0 || percent > 100 else { return [] }
        return [.invalid(path.child("lendablePercent"), percent, NameRules.range(0, 100))]
    }

    private func limited(_ limited: LimitedPriorityLevelConfiguration, _ path: FieldPath) -> [FieldError] {
        var errors = shares(limited.nominalConcurrencyShares, path)
        let response = path.child("limitResponse")
        let queuing = response.child("queuing")
        switch (limited.limitResponse.type, limited.limitResponse.queuing) {
        case ("Reject", .some):
            errors.append(.forbidden(queuing, "must be nil if limited.limitResponse.type is not Limited"))
        case ("Reject", nil): break
        case ("Queue", nil):
            errors.append(.required(queuing, "must not be empty if limited.limitResponse.type is Limited"))
        case ("Queue", let configuration?): errors += queues(configuration, queuing)
        case (let type, _): errors.append(.notSupported(response.child("type"), type, ["Queue", "Reject"]))
        }
        errors += lendable(limited.lendablePercent, path)
        if let percent = limited.borrowingLimitPercent, percent < 0 {
            let text = "if specified, must be a non-negative integer"
            errors.append(.invalid(path.child("borrowingLimitPercent"), percent, text))
        }
        return errors
    }

    private func queues(_ queuing: QueuingConfiguration, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if queuing.queueLengthLimit <= 0 {
            errors.append(.invalid(path.child("queueLengthLimit"), queuing.queueLengthLimit, "must be positive"))
        }
        if queuing.queues <= 0 {
            errors.append(.invalid(path.child("queues"), queuing.queues, "must be positive"))
        } else if queuing.queues > 10_000_000 {
            errors.append(.invalid(path.child("queues"), queuing.queues, "must not be greater than 10000000"))
        }
        if queuing.handSize <= 0 {
            errors.append(.invalid(path.child("handSize"), queuing.handSize, "must be positive"))
        } else if queuing.handSize > queuing.queues {
            let text = "should not be greater than queues (\(queuing.queues))"
            errors.append(.invalid(path.child("handSize"), queuing.handSize, text))
        } else if !isWithinHash(queuing) {
            let text = "required entropy bits of deckSize \(queuing.queues) and handSize \(queuing.handSize)"
            let limit = " should not be greater than \(Self.hashBits)"
            errors.append(.invalid(path.child("handSize"), queuing.handSize, text + limit))
        }
        return errors
    }

    private static let hashBits = 60

    /// Whether one hash value is enough to deal a hand of queues.
    private func isWithinHash(_ queuing: QueuingConfiguration) -> Bool {
        var hands: Int64 = 1
        for _ in 0..<min(queuing.handSize, 61) {
            let (product, overflows) = hands.multipliedReportingOverflow(by: Int64(queuing.queues))
            if overflows || product > 1 << Self.hashBits { return false }
            hands = product
        }
        return queuing.handSize <= 60 || queuing.queues == 1
    }
}
