// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct ServiceAccountRulesTests {
    private static let account = ServiceAccount {
        $0.metadata.name = "bot"
        $0.metadata.annotations = ["kubernetes.io/enforce-mountable-secrets": "true"]
        $0.secrets = [ObjectReference { $0.name = "known" }]
        $0.imagePullSecrets = [LocalObjectReference { $0.name = "pull" }]
    }

    private static func variable(_ secret: String) -> EnvVar {
        EnvVar { variable in
            variable.name = "V"
            variable.valueFrom = EnvVarSource { source in
                source.secretKeyRef = SecretKeySelector { $0.localObjectReference.name = secret }
            }
        }
    }

    @Test(
        "an account limits the secrets of its pods",
        arguments: [
            (PodSpec { $0.containers = [Container { $0.env = [variable("known")] }] }, String?.none),
            (
                PodSpec {
                    $0.volumes = [Volume { $0.volumeSource.secret = SecretVolumeSource { $0.secretName = "s" } }]
                },
                #"volume with secret.secretName="s" is not allowed because service account bot does not reference that secret"#
            ),
            (
                PodSpec { spec in
                    spec.initContainers = [
                        Container {
                            $0.name = "i"
                            $0.env = [variable("s")]
                        }
                    ]
                },
                #"init container i with envVar V referencing secret.secretName="s" is not allowed because service account bot does not reference that secret"#
            ),
            (
                PodSpec { spec in
                    spec.containers = [
                        Container { container in
                            container.name = "c"
                            container.envFrom = [
                                EnvFromSource { source in
                                    source.secretRef = SecretEnvSource { $0.localObjectReference.name = "s" }
                                }
                            ]
                        }
                    ]
                },
                #"container c with envFrom referencing secret.secretName="s" is not allowed because service account bot does not reference that secret"#
            ),
            (
                PodSpec { $0.imagePullSecrets = [LocalObjectReference { $0.name = "x" }] },
                #"imagePullSecrets[0].name="x" is not allowed because service account bot does not reference that imagePullSecret"#
            ),
        ] as [(PodSpec, String?)])
    func secrets(_ spec: PodSpec, _ expected: String?) {
        #expect(ServiceAccountRules.limitsSecrets(Self.account))
        #expect(ServiceAccountRules.secretFault(spec, Self.account) == expected)
    }

    @Test("an account that does not say so limits nothing")
    func unlimited() { #expect(!ServiceAccountRules.limitsSecrets(ServiceAccount())) }

    @Test("mirrors have no account")
    func mirrors() {
        #expect(ServiceAccountRules.mirrorFault(Pod()) == nil)
        #expect(
            ServiceAccountRules.mirrorFault(Pod { $0.spec.serviceAccountName = "x" })
                == "a mirror pod may not reference service accounts")
        #expect(
            ServiceAccountRules.mirrorFault(
                Pod { $0.spec.imagePullSecrets = [LocalObjectReference { $0.name = "s" }] })
                == "a mirror pod may not reference secrets")
    }
}
