/**
 * What translation yields.
 *
 * @module
 */
import type { envoy, typeUrls } from "../proto/mod.ts";

/** One xDS resource, not yet encoded. */
export type TranslatedResource =
  | Typed<typeof typeUrls.cluster, envoy.config.cluster.v3.ICluster>
  | Typed<typeof typeUrls.endpoint, envoy.config.endpoint.v3.IClusterLoadAssignment>
  | Typed<typeof typeUrls.listener, envoy.config.listener.v3.IListener>;

interface Typed<Url, Message> {
  readonly typeUrl: Url;
  /** Unique within its type and fleet. */
  readonly name: string;
  readonly message: Message;
}
