// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import APIServer

struct GoPlaceTests {
    private static func find(_ path: String, _ type: String, _ package: String) -> String {
        let steps = path.split(separator: "/").map { step in
            Int(step).map { JSONPlace.Step.item($0) } ?? .member(String(step))
        }
        let place = GoPlace.find(steps, package: package, type: type)
        return "\(place.structure).\(place.path) \(place.type ?? "scalar")"
    }

    @Test(
        "a place in a body has the names that Go's decoder gives it",
        arguments: [
            ("metadata/name", "Pod", "core/v1", "ObjectMeta.metadata.name scalar"),
            ("metadata/labels", "Pod", "core/v1", "ObjectMeta.metadata.labels map[string]string"),
            ("metadata/labels/a", "Pod", "core/v1", "ObjectMeta.metadata.labels scalar"),
            ("metadata/uid", "Pod", "core/v1", "ObjectMeta.metadata.uid types.UID"),
            (
                "metadata/ownerReferences/0/uid", "Pod", "core/v1",
                "OwnerReference.metadata.ownerReferences.uid types.UID"
            ),
            ("status/user/uid", "TokenReview", "authentication.k8s.io/v1", "UserInfo.status.user.uid scalar"),
            ("type", "Secret", "core/v1", "Secret.type v1.SecretType"),
            ("spec/restartPolicy", "Pod", "core/v1", "PodSpec.spec.restartPolicy v1.RestartPolicy"),
            ("spec/preemptionPolicy", "Pod", "core/v1", "PodSpec.spec.preemptionPolicy v1.PreemptionPolicy"),
            ("spec/containers/0/image", "Pod", "core/v1", "Container.spec.containers.image scalar"),
            ("spec/containers/0/env", "Pod", "core/v1", "Container.spec.containers.env []v1.EnvVar"),
            (
                "spec/containers/0/resources/limits", "Pod", "core/v1",
                "ResourceRequirements.spec.containers.resources.limits v1.ResourceList"
            ),
            (
                "spec/accessModes", "PersistentVolumeClaim", "core/v1",
                "PersistentVolumeClaimSpec.spec.accessModes []v1.PersistentVolumeAccessMode"
            ),
            (
                "spec/accessModes/0", "PersistentVolumeClaim", "core/v1",
                "PersistentVolumeClaimSpec.spec.accessModes v1.PersistentVolumeAccessMode"
            ),
            (
                "spec/selector/matchExpressions/0/operator", "Deployment", "apps/v1",
                "LabelSelectorRequirement.spec.selector.matchExpressions.operator v1.LabelSelectorOperator"
            ),
            (
                "spec/template/spec/dnsPolicy", "Deployment", "apps/v1",
                "PodSpec.spec.template.spec.dnsPolicy v1.DNSPolicy"
            ),
            ("spec/ipFamilyPolicy", "Service", "core/v1", "ServiceSpec.spec.ipFamilyPolicy v1.IPFamilyPolicy"),
            (
                "spec/strategy/type", "Deployment", "apps/v1",
                "DeploymentStrategy.spec.strategy.type v1.DeploymentStrategyType"
            ),
            ("spec/volumes/0/secret", "Pod", "core/v1", "Volume.spec.volumes.secret v1.SecretVolumeSource"),
            (
                "spec/containers/0/env/0/valueFrom/secretKeyRef/name", "Pod", "core/v1",
                "SecretKeySelector.spec.containers.env.valueFrom.secretKeyRef.name scalar"
            ),
            (
                "webhooks/0/rules/0/scope", "ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1",
                "RuleWithOperations.webhooks.rules.scope v1.ScopeType"
            ),
            ("metadata/creationTimestamp", "Pod", "core/v1", "ObjectMeta.metadata.creationTimestamp string"),
            ("spec/renewTime", "Lease", "coordination.k8s.io/v1", "LeaseSpec.spec.renewTime string"),
            (
                "status/uncountedTerminatedPods/failed/0", "Job", "batch/v1",
                "UncountedTerminatedPods.status.uncountedTerminatedPods.failed types.UID"
            ),
            (
                "spec/devices/0/capacity", "ResourceSlice", "resource.k8s.io/v1",
                "Device.spec.devices.capacity map[v1.QualifiedName]v1.DeviceCapacity"
            ),
            (
                "spec/uid", "CertificateSigningRequest", "certificates.k8s.io/v1",
                "CertificateSigningRequestSpec.spec.uid scalar"
            ),
            ("spec/bogus/deeper", "Pod", "core/v1", "Pod.spec.bogus scalar"),
        ])
    func places(_ path: String, _ type: String, _ package: String, _ text: String) {
        #expect(Self.find(path, type, package) == text)
    }
}
