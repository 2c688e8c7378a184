// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Persistent volumes of iSCSI.
enum ISCSIRules {
    private static let malformed = "must be valid format"
    static let lengthMessage =
        "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified."

    static func volume(_ volume: ISCSIPersistentVolumeSource, named name: String, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(volume.targetPortal, path.child("targetPortal"))
        if volume.initiatorName != nil, name.utf8.count + 1 + volume.targetPortal.utf8.count > 64 {
            errors.append(.invalid(path.child("targetportal"), volume.targetPortal, lengthMessage))
        }
        if volume.iqn.isEmpty {
            errors.append(.required(path.child("iqn")))
        } else if !isQualifiedName(volume.iqn) {
            errors.append(.invalid(path.child("iqn"), volume.iqn, malformed))
        }
        if volume.lun < 0 || volume.lun > 255 {
            errors.append(.invalid(path.child("lun"), volume.lun, NameRules.range(0, 255)))
        }
        if volume.chapAuthDiscovery || volume.chapAuthSession, volume.secretRef == nil {
            errors.append(.required(path.child("secretRef")))
        }
        if let secret = volume.secretRef { errors += ValueRules.required(secret.name, path.child("secretRef", "name")) }
        if let initiator = volume.initiatorName, !isQualifiedName(initiator) {
            errors.append(.invalid(path.child("initiatorname"), initiator, malformed))
        }
        return errors
    }

    /// Whether a text names a node of iSCSI: `iqn.2024-01.com.example:name`, `eui.` and 16, or `naa.` and 32 digits.
    static func isQualifiedName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        if text.hasPrefix("eui") { return isDigits(bytes, 16) }
        if text.hasPrefix("naa") { return isDigits(bytes, 32) }
        guard text.hasPrefix("iqn."), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let head = bytes[4..<max(colon, 4)]
        guard head.count > 8, head.prefix(4).allSatisfy(NameRules.isDigit), head[8] == UInt8(ascii: "-"),
            head[9..<11].allSatisfy(NameRules.isDigit), head[11] == UInt8(ascii: ".")
        else { return false }
        let authority = head.dropFirst(8)
        let rest = bytes[(colon + 1)...]
        return !authority.isEmpty && authority.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E }
            && !rest.isEmpty && !rest.contains { ",;*&$| \t\n\r\u{0C}".utf8.contains($0) }
    }

    private static func isDigits(_ bytes: [UInt8], _ count: Int) -> Bool {
        bytes.count == count + 4 && bytes.dropFirst(4).allSatisfy(isAlphanumeric)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { NameRules.isLetter(byte) || NameRules.isDigit(byte) }
}
