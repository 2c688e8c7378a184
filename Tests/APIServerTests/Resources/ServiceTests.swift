// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import Testing
import Wire

@testable import APIServer

struct ServiceTests {
    private static let services = "/api/v1/namespaces/default/services"

    @Test("a Service gets an address and ports, which are free again when it is gone")
    func allocation() async throws {
        let server = try await TestServer.ready()
        let body = #"{"metadata":{"name":"web"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":30080}]}}"#
        let created = try await server.send("POST", Self.services, body)
        #expect(created.status == 201)
        let address = try #require(created.json.at("spec", "clusterIP")?.stringValue)
        #expect(address.hasPrefix("10.96."))
        let record = try await server.send("GET", "/apis/networking.k8s.io/v1/ipaddresses/" + address)
        #expect(record.json.at("spec", "parentRef", "name")?.stringValue == "web")
        let clash = try await server.send(
            "POST", Self.services, body.replacing("\"web\"", with: "\"other\""))
        #expect(clash.status == 422)
        #expect(clash.message.hasSuffix("Invalid value: 30080: provided port is already allocated"))
        #expect(try await server.send("DELETE", Self.services + "/web").status == 200)
        #expect(try await server.send("GET", "/apis/networking.k8s.io/v1/ipaddresses/" + address).status == 404)
        #expect(try await server.send("POST", Self.services, body).status == 201)
    }

    @Test("an address outside the range is refused")
    func range() async throws {
        let server = try await TestServer.ready()
        let answer = try await server.send(
            "POST", Self.services,
            #"{"metadata":{"name":"web"},"spec":{"clusterIP":"192.0.2.1","ports":[{"port":80}]}}"#)
        #expect(answer.status == 422)
        #expect(
            answer.message.contains(
                "the provided IP (192.0.2.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16"))
    }

    @Test("what a type does not have goes with a change of type; an unknown type changes nothing else")
    func types() async throws {
        let server = try await TestServer.ready()
        let merge = "application/merge-patch+json"
        let body = #"{"metadata":{"name":"web"},"spec":{"ports":[{"port":80}]}}"#
        #expect(try await server.send("POST", Self.services, body).status == 201)
        let unknown = try await server.send(
            "PATCH", Self.services + "/web", #"{"spec":{"type":"Bogus"}}"#, contentType: merge)
        #expect(unknown.json.at("details", "causes")?.arrayValue?.count == 1)
        let external = try await server.send(
            "PATCH", Self.services + "/web", #"{"spec":{"type":"ExternalName","externalName":"x.example"}}"#,
            contentType: merge)
        #expect(external.status == 200)
        let kept = try #require(external.json.at("spec")?.objectValue)
        #expect(Set(kept.keys) == ["ports", "type", "sessionAffinity", "externalName"])
    }

    @Test("one port of two protocols gets one node port, and two ports cannot have the same")
    func sharedPort() async throws {
        let server = try await TestServer.ready()
        func body(_ name: String, _ first: String, _ second: String) -> String {
            #"{"metadata":{"name":"\#(name)"},"spec":{"type":"NodePort","ports":[{"name":"a",\#(first)},{"name":"b",\#(second)}]}}"#
        }
        let dns = try await server.send(
            "POST", Self.services, body("dns", #""port":53"#, #""port":53,"protocol":"UDP""#))
        let ports = dns.json.at("spec", "ports")?.arrayValue?.map { $0["nodePort"] }
        #expect(ports?.count == 2 && ports?.first == ports?.last)
        let clash = try await server.send(
            "POST", Self.services,
            body("web", #""port":80,"nodePort":30080"#, #""port":81,"nodePort":30080"#))
        #expect(
            clash.message
                == #"Service "web" is invalid: spec.ports[1].nodePort: Invalid value: 30080: provided port is already allocated"#
        )
        #expect(
            try await server.send(
                "POST", Self.services, body("web", #""port":80,"nodePort":30080"#, #""port":81,"nodePort":30081"#)
            ).status == 201)
        let twice = try await server.send(
            "PUT", Self.services + "/web", body("web", #""port":80,"nodePort":30080"#, #""port":81,"nodePort":30080"#))
        #expect(twice.status == 500)
        #expect(twice.message == "duplicate nodePort: {TCP 30080}")
    }

    @Test(
        "two families need a policy that has two",
        arguments: [
            (#""ipFamilies":["IPv4","IPv6"]"#, "ipFamilies"),
            (#""clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9","fd00::1"],"ipFamilies":["IPv4"]"#, "clusterIPs"),
        ])
    func families(_ fields: String, _ list: String) async throws {
        let server = try await TestServer.ready()
        let answer = try await server.send(
            "POST", Self.services, #"{"metadata":{"name":"web"},"spec":{"ports":[{"port":80}],\#(fields)}}"#)
        #expect(answer.status == 422)
        let wanted =
            #"spec.ipFamilyPolicy: Invalid value: "SingleStack": must be RequireDualStack or PreferDualStack when multiple "#
            + list + " are specified"
        #expect(answer.message.contains(wanted), "\(answer.message)")
    }
}
