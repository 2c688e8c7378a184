// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI

extension PodSecurityChecks {
    /// By name. From 1.25 on pods for Windows need not say what only Linux knows.
    static let restricted: [PodSecurityCheck] = [
        PodSecurityCheck(
            "allowPrivilegeEscalation", .restricted,
            forms: [(8, privilegeEscalation), (25, { $0.isWindows ? nil : privilegeEscalation($0) })]),
        PodSecurityCheck(
            "capabilities_restricted", .restricted,
            forms: [(22, droppedCapabilities), (25, { $0.isWindows ? nil : droppedCapabilities($0) })],
            replaces: "capabilities_baseline"),
        PodSecurityCheck("procMount_restricted", .restricted, since: 35, replaces: "procMount", procMount),
        PodSecurityCheck("restrictedVolumes", .restricted, replaces: "hostPathVolumes", volumes),
        PodSecurityCheck(
            "runAsNonRoot", .restricted, forms: [(0, nonRoot), (35, { $0.hasOwnUsers ? nil : nonRoot($0) })]),
        PodSecurityCheck(
            "runAsUser", .restricted, forms: [(23, rootUser), (35, { $0.hasOwnUsers ? nil : rootUser($0) })]),
        PodSecurityCheck(
            "seccompProfile_restricted", .restricted,
            forms: [(19, requiredSeccomp), (25, { $0.isWindows ? nil : requiredSeccomp($0) })],
            replaces: "seccompProfile_baseline"),
    ]

    @Sendable private static func privilegeEscalation(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let names = subject.names { $0.security?.allowPrivilegeEscalation != false }
        guard !names.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "allowPrivilegeEscalation != false",
            detail: "\(PodSecurityText.named("container", names)) must set "
                + "securityContext.allowPrivilegeEscalation=false")
    }

    @Sendable private static func droppedCapabilities(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        func added(_ part: PodSecuritySubject.Part) -> [String] {
            (part.security?.capabilities?.add ?? []).filter { $0 != "NET_BIND_SERVICE" }
        }
        let keeping = subject.names { !($0.security?.capabilities?.drop.contains("ALL") ?? false) }
        let adding = subject.names { !added($0).isEmpty }
        var details: [String] = []
        if !keeping.isEmpty {
            details.append(
                "\(PodSecurityText.named("container", keeping)) must set securityContext.capabilities.drop=[\"ALL\"]")
        }
        if !adding.isEmpty {
            let names = PodSecurityText.quoted(Set(subject.parts.flatMap(added)).sorted())
            details.append(
                "\(PodSecurityText.named("container", adding)) must not include \(names) "
                    + "in securityContext.capabilities.add")
        }
        guard !details.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "unrestricted capabilities", detail: details.joined(separator: "; "))
    }

    @Sendable private static func volumes(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let bad = subject.spec.volumes.compactMap { volume in
            PodSecurityVolumes.restrictedType(volume.volumeSource).map { (name: volume.name, type: $0) }
        }
        guard !bad.isEmpty else { return nil }
        let types = Set(bad.map(\.type)).sorted()
        return PodSecurityViolation(
            reason: "restricted volume types",
            detail: "\(PodSecurityText.named("volume", bad.map(\.name))) \(bad.count == 1 ? "uses" : "use") "
                + PodSecurityText.named("restricted volume type", types))
    }

    @Sendable private static func nonRoot(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let ofPod = subject.spec.securityContext?.runAsNonRoot
        let explicit = subject.names { $0.security?.runAsNonRoot == false }
        let setters = PodSecurityText.setters(pod: ofPod == false, explicit)
        guard setters.isEmpty else {
            return PodSecurityViolation(
                reason: "runAsNonRoot != true",
                detail: "\(setters.joined(separator: " and ")) must not set securityContext.runAsNonRoot=false")
        }
        let implicit = subject.names { $0.security?.runAsNonRoot == nil && ofPod != true }
        guard !implicit.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "runAsNonRoot != true",
            detail: "pod or \(PodSecurityText.named("container", implicit)) must set securityContext.runAsNonRoot=true")
    }

    @Sendable private static func rootUser(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        let names = subject.names { $0.security?.runAsUser == 0 }
        let setters = PodSecurityText.setters(pod: subject.spec.securityContext?.runAsUser == 0, names)
        guard !setters.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "runAsUser=0", detail: "\(setters.joined(separator: " and ")) must not set runAsUser=0")
    }

    @Sendable private static func requiredSeccomp(_ subject: PodSecuritySubject) -> PodSecurityViolation? {
        if let forbidden = seccomp(subject) { return forbidden }
        guard subject.spec.securityContext?.seccompProfile == nil else { return nil }
        let names = subject.names { $0.security?.seccompProfile == nil }
        guard !names.isEmpty else { return nil }
        return PodSecurityViolation(
            reason: "seccompProfile",
            detail: "pod or \(PodSecurityText.named("container", names)) must set "
                + "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
    }
}

/// The sources of volumes that the restricted level does not know.
enum PodSecurityVolumes {
    /// What a forbidden source is called; nil for one that is allowed.
    static func restrictedType(_ source: VolumeSource) -> String? {
        let isAllowed =
            source.configMap != nil || source.csi != nil || source.downwardAPI != nil || source.emptyDir != nil
            || source.ephemeral != nil || source.image != nil || source.persistentVolumeClaim != nil
            || source.projected != nil || source.secret != nil
        return isAllowed ? nil : local(source) ?? remote(source) ?? "unknown"
    }

    private static func local(_ source: VolumeSource) -> String? {
        if source.hostPath != nil { return "hostPath" }
        if source.gcePersistentDisk != nil { return "gcePersistentDisk" }
        if source.awsElasticBlockStore != nil { return "awsElasticBlockStore" }
        if source.gitRepo != nil { return "gitRepo" }
        if source.nfs != nil { return "nfs" }
        if source.iscsi != nil { return "iscsi" }
        if source.glusterfs != nil { return "glusterfs" }
        if source.rbd != nil { return "rbd" }
        if source.flexVolume != nil { return "flexVolume" }
        if source.cinder != nil { return "cinder" }
        return nil
    }

    private static func remote(_ source: VolumeSource) -> String? {
        if source.cephfs != nil { return "cephfs" }
        if source.flocker != nil { return "flocker" }
        if source.fc != nil { return "fc" }
        if source.azureFile != nil { return "azureFile" }
        if source.vsphereVolume != nil { return "vsphereVolume" }
        if source.quobyte != nil { return "quobyte" }
        if source.azureDisk != nil { return "azureDisk" }
        if source.photonPersistentDisk != nil { return "photonPersistentDisk" }
        if source.portworxVolume != nil { return "portworxVolume" }
        if source.scaleIO != nil { return "scaleIO" }
        if source.storageos != nil { return "storageos" }
        return nil
    }
}
