// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct PodSecurityChecksTests {
    /// A pod that the restricted level lets pass, but for the change.
    private static func pod(_ change: (inout Pod) -> Void) -> Pod {
        var pod = Pod {
            $0.metadata.name = "p"
            $0.spec.securityContext = PodSecurityContext {
                $0.runAsNonRoot = true
                $0.seccompProfile = SeccompProfile { $0.type = "RuntimeDefault" }
            }
            $0.spec.containers = [container("c")]
        }
        change(&pod)
        return pod
    }

    private static func container(_ name: String, _ change: (inout SecurityContext) -> Void = { _ in }) -> Container {
        var security = SecurityContext {
            $0.allowPrivilegeEscalation = false
            $0.capabilities = Capabilities { $0.drop = ["ALL"] }
        }
        change(&security)
        return Container {
            $0.name = name
            $0.securityContext = security
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var pod: Pod
        var level = PodSecurityLevel.baseline
        var version = PodSecurityVersion.latest
        var expected: String

        init(
            _ expected: String, _ level: PodSecurityLevel = .baseline, _ version: PodSecurityVersion = .latest,
            _ change: (inout Pod) -> Void
        ) {
            pod = PodSecurityChecksTests.pod(change)
            (self.level, self.version, self.expected) = (level, version, expected)
        }
        var testDescription: String { "\(level) \(version): \(expected.isEmpty ? "passes" : expected)" }
    }

    private func check(_ c: Case) {
        let standard = PodSecurityStandard(level: c.level, version: c.version)
        let subject = PodSecuritySubject(c.pod.metadata, c.pod.spec)
        #expect(PodSecurityChecks.text(PodSecurityChecks.violations(of: subject, standard)) == c.expected)
    }

    @Test(
        "the baseline",
        arguments: [
            Case("") { _ in }, Case("", .privileged) { $0.spec.hostNetwork = true },
            Case("host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)") {
                $0.spec.hostIPC = true
                $0.spec.hostNetwork = true
                $0.spec.hostPID = true
            },
            Case(#"hostPath volumes (volumes "a", "b")"#) { pod in
                pod.spec.volumes = ["a", "b"].map { name in
                    Volume {
                        $0.name = name
                        $0.volumeSource.hostPath = HostPathVolumeSource()
                    }
                }
            },
            Case(#"hostPort (container "c" uses hostPorts 10, 9)"#) {
                $0.spec.containers[0].ports = [ContainerPort { $0.hostPort = 9 }, ContainerPort { $0.hostPort = 10 }]
            },
            Case(#"privileged (containers "i", "c" must not set securityContext.privileged=true)"#) {
                $0.spec.initContainers = [container("i") { $0.privileged = true }]
                $0.spec.containers = [container("c") { $0.privileged = true }]
            },
            Case(
                #"non-default capabilities (container "c" must not include "NET_RAW", "chown" in securityContext.capabilities.add)"#
            ) {
                $0.spec.containers = [container("c") { $0.capabilities?.add = ["chown", "CHOWN", "NET_RAW"] }]
            },
            Case(
                #"forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")"#
            ) { pod in
                pod.spec.securityContext?.appArmorProfile = AppArmorProfile { $0.type = "Unconfined" }
            },
            Case(
                #"forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/c="x"")"#
            ) { $0.metadata.annotations = ["container.apparmor.security.beta.kubernetes.io/c": "x"] },
            Case(
                #"seLinuxOptions (pod and container "c" set forbidden securityContext.seLinuxOptions: type "x"; user may not be set; role may not be set)"#
            ) { pod in
                pod.spec.securityContext?.seLinuxOptions = SELinuxOptions { $0.type = "x" }
                pod.spec.containers = [
                    container("c") { security in
                        security.seLinuxOptions = SELinuxOptions { ($0.user, $0.role) = ("u", "r") }
                    }
                ]
            },
            Case(#"procMount (container "c" must not set securityContext.procMount to "Unmasked")"#) {
                $0.spec.containers = [container("c") { $0.procMount = "Unmasked" }]
            },
            Case("") {
                $0.spec.hostUsers = false
                $0.spec.containers = [container("c") { $0.procMount = "Unmasked" }]
            },
            Case(
                #"procMount (container "c" must not set securityContext.procMount to "Unmasked")"#, .baseline,
                .minor(34)
            ) {
                $0.spec.hostUsers = false
                $0.spec.containers = [container("c") { $0.procMount = "Unmasked" }]
            },
            Case(
                #"seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")"#
            ) { pod in
                pod.spec.securityContext?.seccompProfile = SeccompProfile { $0.type = "Unconfined" }
            },
            Case("", .baseline, .minor(18)) { pod in
                pod.spec.securityContext?.seccompProfile = SeccompProfile { $0.type = "Unconfined" }
            },
            Case(
                #"seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")"#,
                .baseline,
                .minor(18)
            ) { $0.metadata.annotations = ["seccomp.security.alpha.kubernetes.io/pod": "unconfined"] },
            Case("forbidden sysctls (a, b)") { pod in
                pod.spec.securityContext?.sysctls = ["a", "kernel.shm_rmid_forced", "b"].map { name in
                    Sysctl { $0.name = name }
                }
            },
            Case("forbidden sysctls (net.ipv4.tcp_rmem)", .baseline, .minor(31)) { pod in
                pod.spec.securityContext?.sysctls = [Sysctl { $0.name = "net.ipv4.tcp_rmem" }]
            },
            Case("hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)") { pod in
                pod.spec.securityContext?.windowsOptions = WindowsSecurityContextOptions { $0.hostProcess = true }
            },
            Case(#"probe or lifecycle host (container "c" uses probe or lifecycle hosts "a", "b")"#) { pod in
                pod.spec.containers[0].livenessProbe = Probe { probe in
                    probe.probeHandler.httpGet = HTTPGetAction { $0.host = "b" }
                }
                pod.spec.containers[0].lifecycle = Lifecycle { cycle in
                    cycle.preStop = LifecycleHandler { hook in hook.tcpSocket = TCPSocketAction { $0.host = "a" } }
                }
            },
            Case("", .baseline, .minor(33)) { pod in
                pod.spec.containers[0].livenessProbe = Probe { probe in
                    probe.probeHandler.httpGet = HTTPGetAction { $0.host = "b" }
                }
            },
            Case("host namespaces (hostPID=true)", .baseline, .minor(99)) { $0.spec.hostPID = true },
        ])
    func baseline(_ c: Case) { check(c) }

    @Test(
        "the restricted level",
        arguments: [
            Case("", .restricted) { _ in },
            Case(
                #"allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), "#
                    + #"unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), "#
                    + #"runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), "#
                    + #"seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#,
                .restricted
            ) {
                $0.spec.securityContext = nil
                $0.spec.containers[0].securityContext = nil
            },
            Case(
                #"runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)"#, .restricted,
                .minor(0)
            ) {
                $0.spec.securityContext = nil
                $0.spec.containers[0].securityContext = nil
            },
            Case("", .restricted) {
                $0.spec.os = PodOS { $0.name = "windows" }
                $0.spec.securityContext?.seccompProfile = nil
                $0.spec.containers = [
                    container("c") {
                        $0.capabilities = nil
                        $0.allowPrivilegeEscalation = nil
                    }
                ]
            },
            Case(
                #"unrestricted capabilities (container "c" must not include "CHOWN" in securityContext.capabilities.add)"#,
                .restricted
            ) {
                $0.spec.containers = [container("c") { $0.capabilities?.add = ["NET_BIND_SERVICE", "CHOWN"] }]
            },
            Case(
                #"restricted volume types (volumes "a", "b" use restricted volume types "hostPath", "nfs")"#,
                .restricted
            ) {
                pod in
                pod.spec.volumes = [
                    Volume {
                        $0.name = "a"
                        $0.volumeSource.nfs = NFSVolumeSource()
                    },
                    Volume {
                        $0.name = "b"
                        $0.volumeSource.hostPath = HostPathVolumeSource()
                    },
                    Volume {
                        $0.name = "c"
                        $0.volumeSource.image = ImageVolumeSource()
                    },
                ]
            },
            Case(
                #"runAsNonRoot != true (pod and container "c" must not set securityContext.runAsNonRoot=false), "#
                    + "runAsUser=0 (pod must not set runAsUser=0)", .restricted
            ) {
                $0.spec.securityContext?.runAsNonRoot = false
                $0.spec.securityContext?.runAsUser = 0
                $0.spec.containers = [container("c") { $0.runAsNonRoot = false }]
            },
            Case("", .restricted) {
                $0.spec.hostUsers = false
                $0.spec.securityContext?.runAsNonRoot = false
                $0.spec.securityContext?.runAsUser = 0
            },
            Case(
                #"procMount (container "c" must not set securityContext.procMount to "Unmasked")"#, .restricted
            ) {
                $0.spec.hostUsers = false
                $0.spec.containers = [container("c") { $0.procMount = "Unmasked" }]
            },
            Case("host namespaces (hostNetwork=true)", .restricted) { $0.spec.hostNetwork = true },
        ])
    func restricted(_ c: Case) { check(c) }

    @Test("ephemeral containers count")
    func ephemeral() {
        check(
            Case(#"privileged (container "d" must not set securityContext.privileged=true)"#) { pod in
                pod.spec.ephemeralContainers = [
                    EphemeralContainer {
                        $0.ephemeralContainerCommon.name = "d"
                        $0.ephemeralContainerCommon.securityContext = SecurityContext { $0.privileged = true }
                    }
                ]
            })
    }

    @Test("pods of a namespace that becomes stricter are told together")
    func namespaceWarnings() {
        let pods = [("z", true), ("a", true), ("b", false), ("c", true)].map { name, isShared in
            Pod {
                $0.metadata.name = name
                $0.spec.hostNetwork = isShared
                $0.spec.hostPID = !isShared
                if name == "b" { $0.spec.volumes = [Volume { $0.volumeSource.hostPath = HostPathVolumeSource() }] }
            }
        }
        let texts = PodSecurityChange.warnings(
            about: pods, of: 5, in: "ns", PodSecurityStandard(level: .baseline, version: .latest))
        #expect(
            texts == [
                "new PodSecurity enforce level only checked against the first 4 of 5 existing pods",
                #"existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest""#,
                "a (and 2 other pods): host namespaces", "b: host namespaces, hostPath volumes",
            ])
    }
}
