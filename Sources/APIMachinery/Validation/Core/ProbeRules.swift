// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Wire

/// Probes and lifecycle hooks of containers.
enum ProbeRules {
    static func validate(_ container: Container, gracePeriod: Int64?, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let lifecycle = container.lifecycle {
            errors += self.lifecycle(lifecycle, gracePeriod, path.child("lifecycle"))
        }
        if let probe = container.livenessProbe {
            errors += self.probe(probe, path.child("livenessProbe"))
            errors += mustBeOne(probe, path.child("livenessProbe"))
        }
        if let probe = container.readinessProbe {
            errors += self.probe(probe, path.child("readinessProbe"))
            if let seconds = probe.terminationGracePeriodSeconds {
                let at = path.child("readinessProbe", "terminationGracePeriodSeconds")
                errors.append(.invalid(at, seconds, "must not be set for readinessProbes"))
            }
        }
        if let probe = container.startupProbe {
            errors += self.probe(probe, path.child("startupProbe"))
            errors += mustBeOne(probe, path.child("startupProbe"))
        }
        return errors
    }

    private static func mustBeOne(_ probe: Probe, _ path: FieldPath) -> [FieldError] {
        probe.successThreshold == 1
            ? [] : [.invalid(path.child("successThreshold"), probe.successThreshold, "must be 1")]
    }

    private static func probe(_ probe: Probe, _ path: FieldPath) -> [FieldError] {
        let handler = probe.probeHandler
        var errors = self.handler(handler.exec, handler.httpGet, handler.tcpSocket, handler.grpc, nil, nil, path)
        errors += ValueRules.nonNegative(probe.initialDelaySeconds, path.child("initialDelaySeconds"))
        errors += ValueRules.nonNegative(probe.timeoutSeconds, path.child("timeoutSeconds"))
        errors += ValueRules.nonNegative(probe.periodSeconds, path.child("periodSeconds"))
        errors += ValueRules.nonNegative(probe.successThreshold, path.child("successThreshold"))
        errors += ValueRules.nonNegative(probe.failureThreshold, path.child("failureThreshold"))
        if let seconds = probe.terminationGracePeriodSeconds, seconds <= 0 {
            errors.append(.invalid(path.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0"))
        }
        return errors
    }

    private static func lifecycle(_ lifecycle: Lifecycle, _ gracePeriod: Int64?, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (name, hook) in [("postStart", lifecycle.postStart), ("preStop", lifecycle.preStop)] {
            guard let hook else { continue }
            let at = path.child(name)
            errors += handler(hook.exec, hook.httpGet, hook.tcpSocket, nil, hook.sleep, gracePeriod, at)
        }
        return errors
    }

    private static func handler(
        _ exec: ExecAction?, _ httpGet: HTTPGetAction?, _ tcpSocket: TCPSocketAction?, _ grpc: GRPCAction?,
        _ sleep: SleepAction?,
        _ gracePeriod: Int64?, _ path: FieldPath
    ) -> [FieldError] {
        var errors: [FieldError] = []
        var count = 0
        let next = { (name: String, faults: [FieldError]) in
            count += 1
            errors += count > 1 ? [.forbidden(path.child(name), "may not specify more than 1 handler type")] : faults
        }
        if let exec { next("exec", exec.command.isEmpty ? [.required(path.child("exec", "command"))] : []) }
        if let httpGet { next("httpGet", self.httpGet(httpGet, path.child("httpGet"))) }
        if let tcpSocket { next("tcpSocket", ValueRules.port(tcpSocket.port, path.child("tcpSocket", "port"))) }
        if let grpc {
            next(
                "grpc", NameRules.portNumber(Int(grpc.port)).map { .invalid(path.child("grpc", "port"), grpc.port, $0) }
            )
        }
        if let sleep {
            let limit = gracePeriod ?? 30
            let fits = sleep.seconds >= 0 && sleep.seconds <= limit
            let text = "must be non-negative and less than terminationGracePeriodSeconds (\(limit))"
            next("sleep", fits ? [] : [.invalid(path.child("sleep"), sleep.seconds, text)])
        }
        if count == 0 { errors.append(.required(path, "must specify a handler type")) }
        return errors
    }

    private static func httpGet(_ action: HTTPGetAction, _ path: FieldPath) -> [FieldError] {
        var errors = ValueRules.required(action.path, path.child("path"))
        errors += ValueRules.port(action.port, path.child("port"))
        errors += ValueRules.oneOf(action.scheme, ["HTTP", "HTTPS"], path.child("scheme"))
        for header in action.httpHeaders where !isHeaderName(header.name) {
            let text = NameRules.regexError(
                "a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", "X-Header-Name")
            errors.append(.invalid(path.child("httpHeaders"), header.name, text))
        }
        return errors
    }

    private static func isHeaderName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { NameRules.isLetter($0) || NameRules.isDigit($0) || $0 == UInt8(ascii: "-") }
    }
}
