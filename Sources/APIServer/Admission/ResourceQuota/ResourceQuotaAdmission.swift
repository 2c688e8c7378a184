// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Holds namespaces to their ResourceQuotas.
///
/// The use is written in the same transaction as the object, on the condition that the quota has not changed meanwhile: several
/// servers cannot overrun a quota together, and an object that is not stored is not charged. Deletions give back through the
/// quota controller.
///
/// - SeeAlso: Kubernetes' admission plugin of that name; `QuotaDecision` has the rules.
struct ResourceQuotaAdmission: AdmissionPlugin {
    static let name = "ResourceQuota"

    let quotas: ResourceCache
    private let turns = QuotaTurns()

    init(quotas: ResourceCache) { self.quotas = quotas }

    func add<Object: RESTObject>(to hooks: inout AdmissionHooks<Object>) {
        guard let kind = QuotaKind(Object.resource) else { return }
        switch kind {
        case .pods: account(Pod.self, on: &hooks) { .pod($0) }
        case .services: account(Service.self, on: &hooks) { .service($0) }
        case .claims: account(PersistentVolumeClaim.self, on: &hooks) { .claim($0) }
        case .resourceClaims: account(ResourceClaim.self, on: &hooks) { .resourceClaim($0) }
        case .counted(let names): account(Object.self, on: &hooks) { _ in .counted(names) }
        }
        hooks.turn = { context in
            guard Self.isCharged(kind, context), !context.isDryRun else { return nil }
            let selection = ObjectSelection(namespace: context.namespace)
            guard try await !quotas.snapshot().objects(selection).isEmpty else { return nil }
            return await turns.take(context.namespace)
        }
    }

    private func account<Object: RESTObject, Kind: RESTObject>(
        _: Kind.Type, on hooks: inout AdmissionHooks<Object>, _ item: @escaping @Sendable (Kind) -> QuotaItem
    ) {
        hooks.account(Kind.self) { object, old, context in
            let item = item(object)
            guard Self.isCharged(item.kind, context) else { return nil }
            let present = try await present(context)
            guard !present.isEmpty else { return nil }
            let before = try old.map { try self.item(of: $0, as: item.kind) }
            return try companions(
                QuotaDecision.decide(present, item, old: before, now: context.now), present, object, context)
        }
    }

    private func item<Kind: RESTObject>(of object: Kind, as kind: QuotaKind) throws -> QuotaItem {
        switch (kind, object) {
        case (.pods, let pod as Pod): .pod(pod)
        case (.services, let service as Service): .service(service)
        case (.claims, let claim as PersistentVolumeClaim): .claim(claim)
        case (.resourceClaims, let claim as ResourceClaim): .resourceClaim(claim)
        case (.counted(let names), _): .counted(names)
        default: throw APIStatusError.plain("\(Kind.kind) cannot be accounted for")
        }
    }

    /// New objects are charged; so are changes of what is used after creation.
    private static func isCharged(_ kind: QuotaKind, _ context: WriteContext) -> Bool {
        switch (context.operation, kind) {
        case (.create, _): context.subresource.isEmpty
        case (.update, .services), (.update, .resourceClaims): context.subresource.isEmpty
        case (.update, .claims): context.subresource.isEmpty || context.subresource == "status"
        case (.update, .pods): context.subresource == "resize"
        default: false
        }
    }

    /// The quotas of the namespace by name. Another server may have charged one since this one was told, so that a second attempt
    /// asks the store itself.
    private func present(_ context: WriteContext) async throws -> [ResourceQuota] {
        guard context.isRetry else {
            return try await quotas.snapshot().objects(ObjectSelection(namespace: context.namespace))
                .map { try JSONCoding.decode(ResourceQuota.self, from: $0.bytes) }
        }
        let page = try await quotas.store.list(StoreQuery(prefix: quotas.key(namespace: context.namespace, name: "")))
        return try page.values.compactMap { value in
            guard let bytes = StoredForm.splice(value.bytes, revision: value.modifyRevision.rawValue) else {
                return nil
            }
            return try JSONCoding.decode(ResourceQuota.self, from: bytes)
        }
    }

    private func companions<Kind: RESTObject>(
        _ decision: QuotaDecision, _ present: [ResourceQuota], _ object: Kind, _ context: WriteContext
    ) throws -> ResourceDefinition<Kind>.Companions? {
        switch decision {
        case .free: return nil
        case .refuse(let why): throw APIStatusError.forbidden(Kind.resource, object.metadata.admissionName, why)
        case .charge(let changed):
            var companions = ResourceDefinition<Kind>.Companions()
            for quota in changed {
                let key = quotas.key(namespace: quota.metadata.namespace, name: quota.metadata.name)
                guard let revision = UInt64(quota.metadata.resourceVersion), let bytes = StoredForm.of(quota) else {
                    throw APIStatusError.plain("ResourceQuota \(quota.metadata.name) cannot be written")
                }
                companions.conditions.append(.unchanged(key, since: Revision(revision)))
                companions.mutations.append(.put(key, bytes, timeToLive: nil))
            }
            return companions
        }
    }
}

extension StoredForm {
    /// The stored form of an object whose kind is stored as it is.
    static func of(_ object: some TopLevelObject) -> [UInt8]? {
        var writer = JSONWriter(reserving: 1024, resourceVersion: .hole)
        object.encode(json: &writer)
        return writer.resourceVersionOffset.flatMap { wrap(writer.bytes, hole: $0) }
    }
}

extension ObjectMeta {
    /// What admission calls an object: a name that is yet to be generated is known by its beginning.
    ///
    /// - SeeAlso: `extractResourceName` of `k8s.io/apiserver/pkg/admission`.
    var admissionName: String {
        if !name.isEmpty { return name }
        return generateName.isEmpty ? "Unknown" : generateName
    }
}
