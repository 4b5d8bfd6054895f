/**
 * What the API server adds to statuses by itself.
 *
 * @module
 */
import { apiVersionOf, type KubeObject, type ResourceType } from "../apis/meta/v1.ts";

/**
 * `status` as its writer gave it: without the fields that the API server fills in. Otherwise every
 * comparison of "what is" with "what should be" would find a difference, and write again.
 *
 * Only Services have such a field: `ipMode: VIP` of each assigned IP address (KEP-1860).
 */
export function withoutDefaults<T extends KubeObject>(
  type: ResourceType<T>,
  status: object,
): object {
  if (apiVersionOf(type) !== "v1" || type.kind !== "Service") return status;
  const { loadBalancer } = status as { loadBalancer?: { ingress?: { ipMode?: string }[] } };
  if (loadBalancer?.ingress === undefined) return status;
  const ingress = loadBalancer.ingress.map(({ ipMode, ...rest }) =>
    ipMode === undefined || ipMode === "VIP" ? rest : { ipMode, ...rest }
  );
  return { ...status, loadBalancer: { ...loadBalancer, ingress } };
}
