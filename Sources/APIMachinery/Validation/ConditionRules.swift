// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Conditions of `meta/v1` in a status.
enum ConditionRules {
    private static let reasonLimit = 1024
    private static let messageLimit = 32 * 1024

    static func validate(_ conditions: [Condition], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, condition) in conditions.enumerated() {
            let at = path.index(index)
            if !seen.insert(condition.type).inserted { errors.append(.duplicate(at.child("type"), condition.type)) }
            errors += self.condition(condition, at)
        }
        return errors
    }

    private static func condition(_ condition: Condition, _ path: FieldPath) -> [FieldError] {
        var errors = LabelRules.qualifiedName(condition.type).map {
            FieldError.invalid(path.child("type"), condition.type, $0)
        }
        errors += ValueRules.oneOf(condition.status, ["False", "True", "Unknown"], path.child("status"))
        if condition.observedGeneration < 0 {
            let text = "must be greater than or equal to zero"
            errors.append(.invalid(path.child("observedGeneration"), condition.observedGeneration, text))
        }
        if condition.lastTransitionTime.isZero {
            errors.append(.required(path.child("lastTransitionTime"), "must be set"))
        }
        errors += reason(condition.reason, path.child("reason"))
        if condition.message.utf8.count > messageLimit {
            errors.append(.tooLong(path.child("message"), limit: messageLimit))
        }
        return errors
    }

    /// One word in CamelCase, or several with colons or commas between.
    private static func reason(_ text: String, _ path: FieldPath) -> [FieldError] {
        if text.isEmpty { return [.required(path, "must be set")] }
        var errors: [FieldError] = []
        let isWord = { (byte: UInt8) in
            NameRules.isLetter(byte) || NameRules.isDigit(byte) || byte == UInt8(ascii: "_")
        }
        let fits =
            text.utf8.first.map(NameRules.isLetter) ?? false
            && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ":") }
            && text.utf8.last.map(isWord) ?? false
        if !fits { errors.append(.invalid(path, text, reasonMessage)) }
        if text.utf8.count > reasonLimit { errors.append(.tooLong(path, limit: reasonLimit)) }
        return errors
    }

    private static let reasonMessage = NameRules.regexError(
        "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or "
            + "'_,:', and must end with an alphanumeric character or '_'", "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?",
        "my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB")
}
