/**
 * Resources of a small load balancer, as the program itself would make them.
 *
 * @module
 */
import { type L4Service, translateL4Service } from "../../envoy/translate/mod.ts";
import { encodeResource, type Resource } from "../../envoy/xds/mod.ts";

/** The parts that tests vary. */
export interface TcpServiceOptions {
  readonly name: string;
  readonly port: number;
  /** Ports on 127.0.0.1. */
  readonly endpoints: readonly number[];
  readonly overrides?: Partial<L4Service>;
}

/** Health checks as quick as they come. */
export const quickCheck = {
  kind: "tcp",
  intervalSeconds: 1,
  timeoutSeconds: 1,
  unhealthyThreshold: 3,
  healthyThreshold: 1,
} as const;

/** Listener, cluster and endpoints of one TCP port on loopback, without health checks. */
export function tcpService({ name, port, endpoints, overrides }: TcpServiceOptions): Resource[] {
  return translateL4Service({
    name,
    protocol: "TCP",
    binding: { addresses: ["127.0.0.1"], port, freebind: false },
    endpoints: endpoints.map((port) => ({ address: "127.0.0.1", port })),
    ...overrides,
  }).map(({ typeUrl, name, message }) => encodeResource(typeUrl, name, message));
}
