// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
package import KubernetesAPI
import Store
import Wire

/// All resources of the server.
package final class Registry: Sendable {
    package let services: RegistryServices
    private let endpoints: [ResourceKey: any ResourceEndpoint]
    private let typed: [ObjectIdentifier: any ResourceEndpoint]

    /// A resource by its place in the API.
    package struct ResourceKey: Hashable, Sendable {
        package var group: String
        package var version: String
        package var plural: String

        package init(group: String, version: String, plural: String) {
            self.group = group
            self.version = version
            self.plural = plural
        }
    }

    init(services: RegistryServices, endpoints: [any ResourceEndpoint], typed: [ObjectIdentifier: any ResourceEndpoint])
    {
        self.services = services
        self.typed = typed
        var table: [ResourceKey: any ResourceEndpoint] = [:]
        for endpoint in endpoints {
            let info = endpoint.info
            table[ResourceKey(group: info.group, version: info.version, plural: info.plural)] = endpoint
        }
        self.endpoints = table
    }

    /// The endpoint of a resource; nil where it is not stored or not known.
    package func endpoint(group: String, version: String, plural: String) -> (any ResourceEndpoint)? {
        endpoints[ResourceKey(group: group, version: version, plural: plural)]
    }

    /// The endpoint of a kind.
    ///
    /// - Throws: where the kind is not stored.
    package func endpoint<Object: RESTObject>(_: Object.Type) throws -> ObjectEndpoint<Object> {
        guard let found = typed[ObjectIdentifier(Object.self)] as? ObjectEndpoint<Object> else {
            throw APIStatusError.internalError("no registry for \(Object.kind)")
        }
        return found
    }

    /// Every stored resource.
    package var all: [any ResourceEndpoint] { Array(endpoints.values) }
}

extension Registry {
    /// Puts the resources of the server together.
    ///
    /// - Parameters:
    ///   - caches: those that authentication and authorization read.
    ///   - allocator: gives Services their addresses.
    ///   - plugins: admission, in the order in which it runs.
    package static func make(
        services: RegistryServices, caches: ResourceCaches, allocator: ServiceAllocator,
        settings: RegistrySettings = RegistrySettings(), plugins: [any AdmissionPlugin]
    ) -> Registry {
        var builder = RegistryBuilder(services: services, caches: caches, plugins: plugins)
        builder.addAll(settings, allocator)
        return builder.build()
    }
}

/// Puts endpoints together.
struct RegistryBuilder {
    let services: RegistryServices
    private let plugins: [any AdmissionPlugin]
    private let caches: ResourceCaches
    private var endpoints: [any ResourceEndpoint] = []
    private var typed: [ObjectIdentifier: any ResourceEndpoint] = [:]

    init(services: RegistryServices, caches: ResourceCaches, plugins: [any AdmissionPlugin]) {
        self.services = services
        self.caches = caches
        self.plugins = plugins
    }

    /// The namespaces, for kinds whose rules ask for theirs.
    var namespaces: ResourceCache {
        caches.cache(prefix: ResourceDefinition<Namespace>.namespaces.prefix, isNamespaced: false)
    }

    // Which of these is meant is decided when the program is compiled, so that no cast is needed for each object.

    /// Adds a resource whose kind has defaults and rules.
    mutating func add<Object: RESTObject & Defaulted & Validated>(_ definition: ResourceDefinition<Object>) {
        insert(definition.applyingDefaults().applyingRules())
    }

    /// Adds a resource whose kind has defaults.
    mutating func add<Object: RESTObject & Defaulted>(_ definition: ResourceDefinition<Object>) {
        insert(definition.applyingDefaults())
    }

    /// Adds a resource whose kind has rules.
    mutating func add<Object: RESTObject & Validated>(_ definition: ResourceDefinition<Object>) {
        insert(definition.applyingRules())
    }

    /// Adds a resource. Resources with the same keys share one cache.
    mutating func add<Object: RESTObject>(_ definition: ResourceDefinition<Object>) { insert(definition) }

    private mutating func insert<Object: RESTObject>(_ definition: ResourceDefinition<Object>) {
        var hooks = AdmissionHooks<Object>()
        for plugin in plugins { plugin.add(to: &hooks) }
        let cache = caches.cache(prefix: definition.prefix, isNamespaced: Object.resource.isNamespaced)
        let endpoint = ObjectEndpoint(definition, cache: cache, services: services, admission: hooks)
        endpoints.append(endpoint)
        typed[ObjectIdentifier(Object.self)] = endpoint
    }

    func build() -> Registry { Registry(services: services, endpoints: endpoints, typed: typed) }
}
