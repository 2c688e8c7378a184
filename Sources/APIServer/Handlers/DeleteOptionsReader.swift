// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

import APIMachinery
import KubernetesAPI
import Store
import Wire

/// Reads the options of a deletion: from the body where there is one, else from the query.
enum DeleteOptionsReader {
    /// - Throws: 400 for a body that does not decode, 422 for options that contradict each other.
    static func read(_ request: APIRequest) throws(APIStatusError) -> DeleteOptions {
        let options = request.body.isEmpty ? try query(QueryReader(query: request.query)) : try body(request)
        let faults = validate(options)
        if !faults.isEmpty { throw .invalidOptions("DeleteOptions", faults) }
        return options
    }

    private static func query(_ query: QueryReader) throws(APIStatusError) -> DeleteOptions {
        var options = DeleteOptions()
        options.dryRun = query.strings("dryRun")
        options.gracePeriodSeconds = try query.int("gracePeriodSeconds")
        options.orphanDependents = query.bool("orphanDependents")
        let policy = query.string("propagationPolicy")
        if !policy.isEmpty { options.propagationPolicy = policy }
        return options
    }

    private static func body(_ request: APIRequest) throws(APIStatusError) -> DeleteOptions {
        let body = try ObjectBody(request)
        if body.form == .protobuf {
            do throws(ProtobufFault) {
                return try ProtobufCoding.decode(DeleteOptions.self, from: body.bytes)
            } catch {
                throw .badRequest(error.message)
            }
        }
        var json = body.bytes
        if body.form == .yaml {
            do throws(YAMLError) { json = try YAML.toJSON(json) } catch { throw .badRequest(error.message) }
        }
        let meta: BodyDecoder.TypeMeta
        do throws(JSONFault) {
            meta = try BodyDecoder.typeMeta(of: json)
        } catch {
            throw .badRequest(
                "couldn't get version/kind; json parse error: " + BodyDecoder.typeMetaFault(error, in: json))
        }
        if !meta.kind.isEmpty, meta.kind != "DeleteOptions" {
            throw .badRequest(
                "no kind \"\(meta.kind)\" is registered for version \"\(meta.apiVersion)\" in scheme "
                    + "\"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\"")
        }
        do throws(JSONFault) {
            return try JSONCoding.decode(DeleteOptions.self, from: json)
        } catch {
            throw .badRequest(
                "DeleteOptions in version \"v1\" cannot be handled as a DeleteOptions: "
                    + JSONFaultText.message(error, in: json, root: DeleteOptions.self))
        }
    }

    /// - SeeAlso: `ValidateDeleteOptions` of `k8s.io/apimachinery/pkg/apis/meta/v1/validation`.
    static func validate(_ options: DeleteOptions) -> [FieldError] {
        var faults: [FieldError] = []
        let path = FieldPath("propagationPolicy")
        if let policy = options.propagationPolicy {
            if options.orphanDependents != nil {
                faults.append(
                    .invalid(path, policy, "orphanDependents and deletionPropagation cannot be both set"))
            }
            if !["Foreground", "Background", "Orphan"].contains(policy) {
                faults.append(.notSupported(path, policy, ["Foreground", "Background", "Orphan", "nil"]))
            }
        }
        return faults + OptionRules.dryRun(options.dryRun)
    }
}
