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
        return errors
    }

    private func limited(_ limited: LimitedPriorityLevelConfiguration, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let shares = limited.nominalConcurrencyShares, shares < 0 {
            errors.append(.invalid(path.child("nominalConcurrencyShares"), shares, "must be a non-negative integer"))
        }
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
        if let percent = limited.lendablePercent, percent < 0 || percent > 100 {
            errors.append(.invalid(path.child("lendablePercent"), percent, NameRules.range(0, 100)))
        }
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
        }
        return errors
    }
}
