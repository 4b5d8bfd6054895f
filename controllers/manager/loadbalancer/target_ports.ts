/**
 * Which listener port each front port keeps, and how many new ones are needed.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { FrontPort } from "./front_ports.ts";
import { portKey } from "./hub_service.ts";

/** A port of an existing Service, or of the status that outlived it. */
interface KnownPort {
  readonly name?: string;
  readonly protocol?: string;
  readonly port: number;
  readonly targetPort?: number | string;
}

/**
 * The listener ports that exist: those of the hub Service, which is the authority; without a Service
 * those that the status remembers, so that a Service made anew listens where its Envoys do.
 */
export function knownTargetPorts(
  loadBalancer: LoadBalancer,
  service: Service | undefined,
): readonly KnownPort[] {
  const known: readonly KnownPort[] = service?.spec.ports ??
    loadBalancer.status?.service?.ports ?? [];
  return known.filter(({ targetPort }) => isListenerPort(targetPort));
}

/** The numbers in {@linkcode knownTargetPorts}. */
export function targetPortNumbers(known: readonly KnownPort[]): number[] {
  return known.map(({ targetPort }) => targetPort as number);
}

/**
 * The front ports that keep their listener port, by {@linkcode portKey}. One whose number changed
 * but whose name stayed keeps it too. A listener port in `lost` belongs to another object by now.
 */
export function keptTargetPorts(
  ports: readonly FrontPort[],
  known: readonly KnownPort[],
  lost: ReadonlySet<number>,
): Map<string, number> {
  const kept = new Map<string, number>();
  const used = new Set<number>();
  const keep = (front: FrontPort, match: (port: KnownPort) => boolean) => {
    if (kept.has(portKey(front))) return;
    const free = (port: number) => !lost.has(port) && !used.has(port);
    const found = known.find((port) => match(port) && free(port.targetPort as number));
    if (found === undefined) return;
    kept.set(portKey(front), found.targetPort as number);
    used.add(found.targetPort as number);
  };
  for (const front of ports) keep(front, (port) => portKey(port) === portKey(front));
  for (const front of ports) {
    keep(front, ({ name, protocol = "TCP" }) => name === front.name && protocol === front.protocol);
  }
  return kept;
}

function isListenerPort(port: unknown): port is number {
  return typeof port === "number" && Number.isInteger(port) && port > 0 && port <= 65_535;
}
