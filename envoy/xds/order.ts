/**
 * In which order types are sent on one stream, so that nothing ever names what is not there.
 *
 * @module
 */
import { typeUrls } from "../proto/mod.ts";
import type { Permit } from "./type_stream.ts";

const { cluster, endpoint, listener, route, secret } = typeUrls;

/**
 * Make before break: what is named goes before what names it. Types that are not listed come last.
 *
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#eventual-consistency-considerations
 */
export const sendOrder: readonly string[] = [cluster, endpoint, secret, listener, route];

/** Compares type URLs by {@linkcode sendOrder}. */
export function compareTypes(a: string, b: string): number {
  return rank(a) - rank(b);
}

/**
 * What may be sent of a type now.
 *
 * - Listeners and routes wait for clusters that have not been sent yet: a route that names an
 *   unknown cluster answers 503. Nothing waits for an *acknowledgement* of another type: Envoy
 *   handles a stream's responses in order, and holds back the one for clusters while they warm.
 * - Clusters, endpoints and secrets are removed after the listeners and routes that stopped naming
 *   them, clusters before their endpoints.
 * - Endpoints and secrets never wait to be sent: a client asks for them by name, when it knows what
 *   they belong to, and may hold back its acknowledgement of clusters until it has them.
 *
 * @param waiting whether the stream has unsent updates or removals of a type.
 * @param settled false in the first moments of a resumed stream, when the client may not have
 *   subscribed yet to the routes that still name what would be removed.
 */
export function permitFor(
  typeUrl: string,
  waiting: (typeUrl: string, kind: keyof Permit) => boolean,
  settled: boolean,
): Permit {
  const idle = (other: string) => !waiting(other, "updates") && !waiting(other, "removals");
  switch (typeUrl) {
    case listener:
    case route: {
      const named = !waiting(cluster, "updates");
      return { updates: named, removals: named };
    }
    case cluster:
      return { updates: true, removals: settled && idle(listener) && idle(route) };
    case endpoint:
    case secret:
      return {
        updates: true,
        removals: settled && idle(listener) && idle(route) && !waiting(cluster, "removals"),
      };
    default:
      return { updates: true, removals: true };
  }
}

function rank(typeUrl: string): number {
  const index = sendOrder.indexOf(typeUrl);
  return index === -1 ? sendOrder.length : index;
}
