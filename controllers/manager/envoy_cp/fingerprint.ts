/**
 * Everything a decision about a load balancer depends on, by version.
 *
 * @module
 */
import { proxyProtocolAnnotation, udpIdleTimeoutAnnotation } from "../../../apis/kubelb/names.ts";
import type { Addresses, LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { ObjectMeta } from "../../../apis/meta/v1.ts";
import type { FleetTerms } from "./evaluation.ts";

/** What a decision depends on besides the LoadBalancer itself. */
export interface FingerprintInput {
  readonly loadBalancer: LoadBalancer;
  readonly hubService: ObjectMeta | undefined;
  readonly addresses: (name: string) => Addresses | undefined;
  /** What the host names among the endpoints resolve to now. */
  readonly answers: readonly (readonly string[] | undefined)[];
  readonly guardId: number;
  readonly terms: FleetTerms;
}

/** Annotations that are translated: a change of them is none of the generation. */
const decisive = [proxyProtocolAnnotation, udpIdleTimeoutAnnotation];

/**
 * Equal fingerprints mean equal decisions, so that the echo of a status write, or a queue key that
 * comes for the second time, costs no translation.
 */
export function fingerprint(input: FingerprintInput): string {
  const { uid, generation, annotations } = input.loadBalancer.metadata;
  const { hubService } = input;
  const referred = input.loadBalancer.spec.endpoints.map(({ addressesReference: reference }) => {
    const metadata = reference?.name ? input.addresses(reference.name)?.metadata : undefined;
    return metadata && [metadata.uid, metadata.resourceVersion];
  });
  return JSON.stringify([
    [uid, generation, ...decisive.map((name) => annotations?.[name])],
    [hubService?.uid, hubService?.resourceVersion],
    referred,
    input.answers,
    input.guardId,
    input.terms,
  ]);
}

/** The host names among the endpoints; an address with an IP too is not resolved. */
export function hostNamesOf(
  loadBalancer: LoadBalancer,
  addresses: (name: string) => Addresses | undefined,
): string[] {
  const names = loadBalancer.spec.endpoints.flatMap((group) => {
    const reference = group.addressesReference?.name;
    const listed = reference ? addresses(reference)?.spec.addresses : group.addresses;
    return (listed ?? []).flatMap(({ ip, hostname }) => !ip && hostname ? [hostname] : []);
  });
  return [...new Set(names)];
}
