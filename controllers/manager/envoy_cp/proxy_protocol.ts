/**
 * Whether the endpoints of a load balancer are told the client's address.
 *
 * @module
 */
import { proxyProtocolAnnotation } from "../../../apis/kubelb/names.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";

const supported = "v2";

/** Which version of the PROXY protocol the endpoints of a front port get, if any: of TCP only. */
export function proxyProtocolOf(
  { metadata }: LoadBalancer,
  protocol: "TCP" | "UDP",
): typeof supported | undefined {
  const asked = metadata.annotations?.[proxyProtocolAnnotation];
  return protocol === "TCP" && asked === supported ? supported : undefined;
}

/**
 * What the annotation asks for and does not get, for people. No reason to refuse the load balancer:
 * upstream KubeLB ignores such values, and objects with them are there.
 */
export function proxyProtocolRemark({ metadata }: LoadBalancer): string | undefined {
  const asked = metadata.annotations?.[proxyProtocolAnnotation];
  if (asked === undefined || asked === supported) return undefined;
  const shown = JSON.stringify(asked.slice(0, 40));
  return `the annotation ${proxyProtocolAnnotation} is ${shown}, which is ignored: use "${supported}"`;
}
