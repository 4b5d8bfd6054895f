/**
 * Where a listener listens.
 *
 * @module
 */
import { envoy } from "../proto/mod.ts";

/** Addresses and port of a listener: what the runtime of a fleet decides and translation obeys. */
export interface Binding {
  /** IP addresses, at least one; several for dual stack. `::` alone is every address of both families. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Bind although the address is on no interface of the host yet (`IP_FREEBIND`). */
  readonly freebind: boolean;
}

type Protocol = "TCP" | "UDP";

/** The parts of a listener that a binding decides. */
export function boundListener(
  { addresses: [first, ...others], port, freebind }: Binding,
  protocol: Protocol,
): envoy.config.listener.v3.IListener {
  if (first === undefined) throw new Error("a binding without an address cannot be listened on");
  // Without ipv4Compat an IPv6 socket of Envoy's takes no IPv4 clients.
  const both = others.length === 0 && first === "::";
  const bound = (address: string) => {
    const { socketAddress: socket } = socketAddress(address, port, protocol);
    return { socketAddress: { ...socket, ...(both && { ipv4Compat: true }) } };
  };
  return {
    address: bound(first),
    additionalAddresses: others.map((address) => ({ address: bound(address) })),
    freebind: { value: freebind },
    bindToPort: { value: true },
    // One socket a worker, so that the kernel spreads new connections. Stated although it is the
    // default: a change of it cannot be applied to a listener that lives.
    enableReusePort: { value: true },
  };
}

/** An address with its port; `protocol` matters to listeners, not to upstream hosts. */
export function socketAddress(
  address: string,
  portValue: number,
  protocol: Protocol = "TCP",
): envoy.config.core.v3.IAddress {
  const { TCP, UDP } = envoy.config.core.v3.SocketAddress.Protocol;
  return {
    socketAddress: { address, portValue, protocol: protocol === "UDP" ? UDP : TCP },
  };
}
