/**
 * The numbers that listener ports are taken from.
 *
 * @module
 */

/** A range of ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Below Linux's ephemeral ports (32768) and Kubernetes' node ports (30000), so that neither an
 * outgoing connection nor a node port on the host network can take a listener's port.
 */
export const defaultPortRange: PortRange = { first: 10_000, last: 29_999 };

/** Envoy's own listeners in a pod: stats, shutdown manager, ready, health check. */
export const reservedPorts: readonly number[] = [19_001, 19_002, 19_003, 19_004];

/** Writes `first-last`, which {@linkcode parsePortRange} reads. */
export function formatPortRange({ first, last }: PortRange): string {
  return `${first}-${last}`;
}

/**
 * Reads `first-last`, as the flag `--port-range` and the Config give it.
 *
 * @throws {Error} when the text is not two ports in ascending order between 1 and 65535.
 */
export function parsePortRange(text: string): PortRange {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text.trim());
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || first < 1 || last > 65_535 || first > last) {
    throw new Error(
      `port range ${
        JSON.stringify(text)
      } is not first-last in ascending order, such as 10000-29999`,
    );
  }
  return { first, last };
}
