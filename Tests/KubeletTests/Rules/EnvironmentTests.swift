// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import KubernetesAPI
import Testing
import Wire

@testable import Kubelet

struct EnvironmentTests {
    @Test(
        "$(NAME) stands for a variable, $$ for a dollar",
        arguments: [
            ("plain", "plain"), ("$(A)", "1"), ("x$(A)y$(B)z", "x1y2z"), ("$$(A)", "$(A)"), ("$$$(A)", "$1"),
            ("$(MISSING)", "$(MISSING)"), ("$(A", "$(A"), ("cost: $5", "cost: $5"), ("end$", "end$"), ("", ""),
        ])
    func expansion(_ text: String, _ expected: String) {
        #expect(VariableExpansion.expand(text, ["A": "1", "B": "2"]) == expected)
    }

    static func sources() -> EnvironmentSources {
        var sources = EnvironmentSources()
        sources.configMaps["settings"] = ConfigMap { $0.data = ["color": "red", "size": "xl"] }
        sources.secrets["keys"] = Secret { $0.data = ["token": Array("t0p".utf8)] }
        sources.podIPs = ["10.244.0.2"]
        sources.hostIPs = ["192.0.2.1"]
        sources.node = "node-1"
        sources.allocatable = ["cpu": "4", "memory": "8Gi"]
        return sources
    }

    static func environment(_ change: (inout Container) -> Void) throws -> [String] {
        let container = makeContainer("app", change)
        let pod = makePod {
            $0.spec.containers = [container]
            $0.metadata.labels = ["app": "web"]
        }
        return try EnvironmentRules(pod: pod, container: container, sources: sources()).environment()
            .map { "\($0.name)=\($0.value)" }
    }

    static func variable(_ name: String, _ change: (inout EnvVarSource) -> Void) -> EnvVar {
        var source = EnvVarSource()
        change(&source)
        return EnvVar {
            $0.name = name
            $0.valueFrom = source
        }
    }

    @Test("literals may use what stands before them")
    func literals() throws {
        let result = try Self.environment {
            $0.env = [
                EnvVar {
                    $0.name = "A"
                    $0.value = "1"
                },
                EnvVar {
                    $0.name = "B"
                    $0.value = "$(A)2"
                },
            ]
        }
        #expect(result == ["A=1", "B=12"])
    }

    @Test("env replaces what envFrom gave")
    func envFrom() throws {
        let result = try Self.environment {
            $0.envFrom = [
                EnvFromSource {
                    $0.prefix = "P_"
                    $0.configMapRef = ConfigMapEnvSource { $0.localObjectReference.name = "settings" }
                }
            ]
            $0.env = [
                EnvVar {
                    $0.name = "P_size"
                    $0.value = "s"
                }
            ]
        }
        #expect(result == ["P_color=red", "P_size=s"])
    }

    @Test(
        "fields of the pod",
        arguments: [
            ("metadata.name", "web"), ("metadata.namespace", "default"), ("metadata.uid", "uid-1"),
            ("metadata.labels['app']", "web"), ("spec.nodeName", "node-1"), ("status.hostIP", "192.0.2.1"),
            ("status.podIP", "10.244.0.2"), ("metadata.annotations['none']", ""),
        ])
    func fields(_ path: String, _ expected: String) throws {
        let result = try Self.environment {
            $0.env = [Self.variable("F") { $0.fieldRef = ObjectFieldSelector { $0.fieldPath = path } }]
        }
        #expect(result == ["F=\(expected)"])
    }

    @Test(
        "resources, rounded up to the divisor; what has no limit has the node's",
        arguments: [
            ("limits.cpu", "", "1"), ("limits.cpu", "1m", "250"), ("requests.memory", "1Mi", "64"),
            ("limits.memory", "1Gi", "8"),
        ])
    func resources(_ resource: String, _ divisor: String, _ expected: String) throws {
        let result = try Self.environment {
            $0.resources.limits = ["cpu": "250m"]
            $0.resources.requests = ["memory": "64Mi"]
            $0.env = [
                Self.variable("R") {
                    $0.resourceFieldRef = ResourceFieldSelector {
                        $0.resource = resource
                        if let unit = Quantity(divisor) { $0.divisor = unit }
                    }
                }
            ]
        }
        #expect(result == ["R=\(expected)"])
    }

    @Test("a key that is missing is an error, unless it is optional")
    func missing() throws {
        func key(_ name: String, _ key: String, _ isOptional: Bool?) -> EnvVar {
            Self.variable("K") {
                $0.secretKeyRef = SecretKeySelector {
                    $0.localObjectReference.name = name
                    $0.key = key
                    $0.optional = isOptional
                }
            }
        }
        #expect(try Self.environment { $0.env = [key("keys", "token", nil)] } == ["K=t0p"])
        #expect(try Self.environment { $0.env = [key("keys", "none", true)] } == [])
        #expect(throws: WiringError("secret \"gone\" not found")) {
            try Self.environment { $0.env = [key("gone", "token", nil)] }
        }
        #expect(throws: WiringError("couldn't find key none in Secret default/keys")) {
            try Self.environment { $0.env = [key("keys", "none", nil)] }
        }
    }

    @Test("services are told as Docker's links once were")
    func services() {
        let service = Service {
            $0.metadata.name = "my-db"
            $0.metadata.namespace = "default"
            $0.spec.clusterIP = "10.96.0.5"
            $0.spec.ports = [
                ServicePort {
                    $0.name = "sql"
                    $0.port = 5432
                    $0.protocol = "TCP"
                }
            ]
        }
        let other = Service {
            $0.metadata.name = "other"
            $0.metadata.namespace = "elsewhere"
            $0.spec.clusterIP = "10.96.0.6"
            $0.spec.ports = [ServicePort { $0.port = 1 }]
        }
        let all = ServiceEnvironment.variables([service, other], namespace: "default", withLinks: true)
        #expect(
            all.map { "\($0.name)=\($0.value)" } == [
                "MY_DB_SERVICE_HOST=10.96.0.5", "MY_DB_SERVICE_PORT=5432", "MY_DB_SERVICE_PORT_SQL=5432",
                "MY_DB_PORT=tcp://10.96.0.5:5432", "MY_DB_PORT_5432_TCP=tcp://10.96.0.5:5432",
                "MY_DB_PORT_5432_TCP_PROTO=tcp", "MY_DB_PORT_5432_TCP_PORT=5432", "MY_DB_PORT_5432_TCP_ADDR=10.96.0.5",
            ])
        #expect(ServiceEnvironment.variables([service, other], namespace: "default", withLinks: false).isEmpty)
    }
}
