// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

public import KubernetesAPI
import Wire

extension Ingress: Validated {
    public func validateBody() -> [FieldError] {
        let path = FieldPath("spec")
        var errors: [FieldError] = []
        if spec.rules.isEmpty, spec.defaultBackend == nil {
            errors.append(.invalid(path, .null, "either `defaultBackend` or `rules` must be specified"))
        }
        if let backend = spec.defaultBackend { errors += self.backend(backend, path.child("defaultBackend")) }
        for (index, rule) in spec.rules.enumerated() {
            let at = path.child("rules").index(index)
            errors += host(rule.host, at.child("host"))
            if let http = rule.ingressRuleValue.http { errors += paths(http, at.child("http", "paths")) }
        }
        for (index, tls) in spec.tls.enumerated() {
            let at = path.child("tls").index(index)
            for (number, name) in tls.hosts.enumerated() {
                errors += hostName(name, at.child("hosts").index(number))
            }
            errors += ValueRules.optionalName(tls.secretName, at.child("secretName"), NameRules.dns1123Subdomain)
        }
        if let name = spec.ingressClassName {
            errors += NameRules.dns1123Subdomain(name).map { .invalid(path.child("ingressClassName"), name, $0) }
        }
        return errors
    }

    public func validateUpdate(from old: Ingress) -> [FieldError] {
        ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata) + validateAsNew()
    }

    public func validateStatus(from old: Ingress) -> [FieldError] {
        let path = FieldPath("status", "loadBalancer", "ingress")
        var errors = ObjectMetaRules.validateKindUpdate(metadata, from: old.metadata)
        for (index, point) in status.loadBalancer.ingress.enumerated() {
            let at = path.index(index)
            if !point.ip.isEmpty { errors += ValueRules.ipAddress(point.ip, at.child("ip")) }
            if point.hostname.isEmpty { continue }
            let faults = NameRules.dns1123Subdomain(point.hostname)
            errors += faults.map { .invalid(at.child("hostname"), point.hostname, $0) }
            if !NetworkAddressRules.isName(point.hostname) {
                let text = "must be a DNS name, not an IP address"
                errors.append(.invalid(at.child("hostname"), point.hostname, text))
            }
        }
        return errors
    }

    /// The faults that only a new ingress may not have: two different classes.
    public var classFaults: [FieldError] {
        let key = "kubernetes.io/ingress.class"
        guard let annotated = metadata.annotations[key], let name = spec.ingressClassName, annotated != name else {
            return []
        }
        let text = "must match `ingressClassName` when both are specified"
        return [.invalid(FieldPath("annotations", key), annotated, text)]
    }

    private func host(_ name: String, _ path: FieldPath) -> [FieldError] {
        if name.isEmpty { return [] }
        let isName = NetworkAddressRules.isName(name)
        return (isName ? [] : [FieldError.invalid(path, name, "must be a DNS name, not an IP address")])
            + hostName(name, path)
    }

    private func hostName(_ name: String, _ path: FieldPath) -> [FieldError] {
        let faults = name.contains("*") ? NameRules.wildcardDNS1123Subdomain(name) : NameRules.dns1123Subdomain(name)
        return faults.map { .invalid(path, name, $0) }
    }

    private func paths(_ http: HTTPIngressRuleValue, _ path: FieldPath) -> [FieldError] {
        if http.paths.isEmpty { return [.required(path)] }
        var errors: [FieldError] = []
        for (index, rule) in http.paths.enumerated() {
            let at = path.index(index)
            let known = ["Exact", "ImplementationSpecific", "Prefix"]
            switch rule.pathType {
            case nil:
                errors.append(.required(at.child("pathType"), "pathType must be specified"))
                continue
            case "Exact"?, "Prefix"?:
                if !rule.path.hasPrefix("/") {
                    errors.append(.invalid(at.child("path"), rule.path, "must be an absolute path"))
                }
                for part in ["//", "/./", "/../", "%2f", "%2F"] where rule.path.contains(part) {
                    errors.append(.invalid(at.child("path"), rule.path, "must not contain '\(part)'"))
                }
                for end in ["/..", "/."] where rule.path.hasSuffix(end) {
                    errors.append(.invalid(at.child("path"), rule.path, "cannot end with '\(end)'"))
                }
            case "ImplementationSpecific"?:
                if !rule.path.isEmpty, !rule.path.hasPrefix("/") {
                    errors.append(.invalid(at.child("path"), rule.path, "must be an absolute path"))
                }
            case let type?: errors.append(.notSupported(at.child("pathType"), type, known))
            }
            errors += backend(rule.backend, at.child("backend"))
        }
        return errors
    }

    private func backend(_ backend: IngressBackend, _ path: FieldPath) -> [FieldError] {
        switch (backend.service, backend.resource) {
        case (nil, nil): return [.invalid(path, "", "resource or service backend is required")]
        case (.some, .some): return [.invalid(path, "", "cannot set both resource and service backends")]
        case (nil, let resource?):
            let at = path.child("resource")
            let group = resource.apiGroup.map { group in
                NameRules.dns1123Subdomain(group).map { FieldError.invalid(at.child("apiGroup"), group, $0) }
            }
            return (group ?? []) + ValueRules.name(resource.kind, at.child("kind"), NameRules.pathSegment)
                + ValueRules.name(resource.name, at.child("name"), NameRules.pathSegment)
        case (let service?, nil):
            let at = path.child("service")
            var errors = ValueRules.name(service.name, at.child("name"), NameRules.dns1123Label)
            let port = at.child("port")
            switch (service.port.name.isEmpty, service.port.number) {
            case (true, 0): errors.append(.required(path, "port name or number is required"))
            case (false, 0):
                errors += NameRules.portName(service.port.name).map {
                    .invalid(port.child("name"), service.port.name, $0)
                }
            case (false, _): errors.append(.invalid(path, "", "cannot set both port name & port number"))
            case (true, let number):
                errors += NameRules.portNumber(Int(number)).map { .invalid(port.child("number"), number, $0) }
            }
            return errors
        }
    }
}
