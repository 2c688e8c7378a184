// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI

extension Container {
    /// The container that an ephemeral one would be: its fields are those of a container.
    public init(_ common: EphemeralContainerCommon) {
        self.init()
        name = common.name
        image = common.image
        command = common.command
        args = common.args
        workingDir = common.workingDir
        ports = common.ports
        envFrom = common.envFrom
        env = common.env
        resources = common.resources
        resizePolicy = common.resizePolicy
        restartPolicy = common.restartPolicy
        restartPolicyRules = common.restartPolicyRules
        volumeMounts = common.volumeMounts
        volumeDevices = common.volumeDevices
        livenessProbe = common.livenessProbe
        readinessProbe = common.readinessProbe
        startupProbe = common.startupProbe
        lifecycle = common.lifecycle
        terminationMessagePath = common.terminationMessagePath
        terminationMessagePolicy = common.terminationMessagePolicy
        imagePullPolicy = common.imagePullPolicy
        securityContext = common.securityContext
        stdin = common.stdin
        stdinOnce = common.stdinOnce
        tty = common.tty
    }
}
