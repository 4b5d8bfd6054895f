/**
 * Small resources of every type.
 *
 * @module
 */
import { typeUrls } from "../../envoy/proto/mod.ts";
import { encodeResource, type Resource, type ResourceTypeUrl } from "../../envoy/xds/mod.ts";

/** A resource that is different for every `variant`; for endpoints it is the port. */
export function named(typeUrl: ResourceTypeUrl, name: string, variant: number): Resource {
  switch (typeUrl) {
    case typeUrls.cluster:
      return encodeResource(typeUrl, name, { name, connectTimeout: { seconds: variant } });
    case typeUrls.endpoint:
      return encodeResource(typeUrl, name, assignment(name, variant));
    case typeUrls.listener:
      return encodeResource(typeUrl, name, { name, statPrefix: `${name}-${variant}` });
    case typeUrls.route:
      return encodeResource(typeUrl, name, { name, virtualHosts: [{ name: String(variant) }] });
    case typeUrls.secret:
      return encodeResource(typeUrl, name, {
        name,
        genericSecret: { secret: { inlineString: String(variant) } },
      });
  }
}

function assignment(clusterName: string, portValue: number) {
  const socketAddress = { address: "127.0.0.1", portValue };
  return {
    clusterName,
    endpoints: [{ lbEndpoints: [{ endpoint: { address: { socketAddress } } }] }],
  };
}
