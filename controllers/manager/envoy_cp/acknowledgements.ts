/**
 * Which Envoys hold what: the acknowledgements behind the condition `Programmed` (design §2.6).
 *
 * @module
 */
import type { Clock } from "../../../base/clock.ts";
import { Listeners } from "../../../base/listeners.ts";
import { typeUrls } from "../../../envoy/proto/mod.ts";
import type { Resource } from "../../../envoy/xds/resource.ts";
import type {
  AcknowledgedEvent,
  RejectedEvent,
  StreamEvent,
  XdsObserver,
} from "../../../envoy/xds/xds_events.ts";
import { ByResource } from "./by_resource.ts";

/** How far the Envoys of a fleet are with the resources of one object. */
export type Progress =
  /** No Envoy is connected. */
  | { readonly kind: "no-envoy" }
  /** Some of the connected Envoys have not answered yet, or none has; `silent` were given up. */
  | {
    readonly kind: "waiting";
    readonly acknowledged: number;
    readonly connected: number;
    readonly silent?: readonly string[];
  }
  /** All have; `silent` names those that were given up after a while. */
  | { readonly kind: "programmed"; readonly connected: number; readonly silent: readonly string[] }
  | { readonly kind: "rejected"; readonly message: string };

/** An Envoy that has not answered for so long is no longer waited for, milliseconds. */
export const patience = 10_000;

interface Envoy {
  readonly node: string;
  readonly connectedAt: number;
  /** The version that was acknowledged. */
  readonly held: ByResource<string>;
  /** The version that was refused, and why. */
  readonly refused: ByResource<{ readonly version: string; readonly message: string }>;
}

/**
 * Follows all streams of this replica: an observer of the xDS server. Knows nothing of objects; it is
 * asked about resources.
 */
export class Acknowledgements implements XdsObserver {
  /** By stream, because an Envoy that reconnects starts anew. */
  readonly #fleets = new Map<string, Map<number, Envoy>>();
  /** Names of resources that an Envoy has accepted. */
  readonly accepted = new Listeners<readonly string[]>();
  /** Names of resources that an Envoy has refused, and of those that one which leaves had refused. */
  readonly refused = new Listeners<readonly string[]>();

  constructor(private readonly clock: Clock) {}

  onStream({ kind, fleet, stream, node }: Pick<StreamEvent, "kind" | "fleet" | "stream" | "node">) {
    let envoys = this.#fleets.get(fleet);
    if (kind === "closed") {
      const left = envoys?.get(stream);
      envoys?.delete(stream);
      if (envoys?.size === 0) this.#fleets.delete(fleet);
      // Those that stay have accepted it long ago, and will not say so again.
      const refused = left?.refused.names() ?? [];
      if (refused.length > 0) this.refused.emit(refused);
      return;
    }
    if (envoys === undefined) this.#fleets.set(fleet, envoys = new Map());
    const connectedAt = this.clock.monotonic();
    const held = new ByResource<string>();
    envoys.set(stream, { node: node.id, connectedAt, held, refused: new ByResource() });
  }

  onAcknowledged(event: Omit<AcknowledgedEvent, "node" | "held">): void {
    const { fleet, stream, typeUrl, resources, removed } = event;
    const envoy = this.#fleets.get(fleet)?.get(stream);
    if (envoy === undefined) return;
    for (const [name, version] of resources) {
      envoy.held.set(typeUrl, name, version);
      // It may have refused this very version before: an address in use is free again later.
      if (envoy.refused.get(typeUrl, name)?.version === version) {
        envoy.refused.delete(typeUrl, name);
      }
    }
    for (const name of removed) {
      forget(envoy, typeUrl, name);
      // An Envoy does not want to hear of the endpoints of a cluster that it no longer has.
      if (typeUrl === typeUrls.cluster) forget(envoy, typeUrls.endpoint, name);
    }
    this.accepted.emit([...resources.keys()]);
  }

  onRejected(event: Omit<RejectedEvent, "node">): void {
    const { fleet, stream, typeUrl, resources, message } = event;
    const envoy = this.#fleets.get(fleet)?.get(stream);
    for (const [name, version] of resources) {
      envoy?.refused.set(typeUrl, name, { version, message });
    }
    this.refused.emit([...resources.keys()]);
  }

  /**
   * How far the fleet is with `resources`.
   *
   * @param since monotonic milliseconds at which they were put into the store.
   */
  progress(fleet: string, resources: readonly Resource[], since: number): Progress {
    const envoys = [...this.#fleets.get(fleet)?.values() ?? []];
    if (envoys.length === 0) return { kind: "no-envoy" };
    // Nothing was sent yet, so nobody can hold it.
    if (resources.length === 0) {
      return { kind: "waiting", acknowledged: 0, connected: envoys.length };
    }
    const refusal = envoys.map((envoy) => refusalOf(envoy, resources)).find((it) => it);
    if (refusal) return { kind: "rejected", message: refusal };
    const behind = envoys.filter((envoy) => !holds(envoy, resources));
    const silent = behind.filter((envoy) => this.#gaveUp(envoy, since));
    const connected = envoys.length;
    const acknowledged = connected - behind.length;
    const names = silent.map(({ node }) => node);
    if (behind.length > silent.length || acknowledged === 0) {
      return {
        kind: "waiting",
        acknowledged,
        connected,
        ...(names.length > 0 && { silent: names }),
      };
    }
    return { kind: "programmed", connected, silent: names };
  }

  #gaveUp(envoy: Envoy, since: number): boolean {
    return this.clock.monotonic() - Math.max(since, envoy.connectedAt) >= patience;
  }
}

function forget({ held, refused }: Envoy, typeUrl: string, name: string): void {
  held.delete(typeUrl, name);
  refused.delete(typeUrl, name);
}

function holds(envoy: Envoy, resources: readonly Resource[]): boolean {
  return resources.every(({ typeUrl, name, version }) => envoy.held.get(typeUrl, name) === version);
}

function refusalOf(envoy: Envoy, resources: readonly Resource[]): string | undefined {
  for (const { typeUrl, name, version } of resources) {
    const refused = envoy.refused.get(typeUrl, name);
    if (refused?.version === version) return refused.message;
  }
  return undefined;
}
