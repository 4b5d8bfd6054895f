/**
 * The listener of a TCP port.
 *
 * @module
 */
import type { Writer } from "protobufjs/minimal.js";
import { envoy, typeUrlOf } from "../proto/mod.ts";
import { accessLog } from "./access_log.ts";
import { boundListener } from "./binding.ts";
import { type L4Service, statName } from "./l4_service.ts";
import { type SourceRange, sourceRanges } from "./source_ranges.ts";
import { duration } from "./wire.ts";

/**
 * How often a new connection is tried. Two failures eject an endpoint, so that a source address that
 * is bound to it reaches another one with the third attempt, and a third with the fifth.
 */
const maxConnectAttempts = 5;

/**
 * Pauses between the attempts. Without them all attempts on a port that refuses are over before
 * Envoy's main thread has ejected the endpoint.
 */
const connectBackoff = { baseInterval: duration(0.05), maxInterval: duration(0.5) };

/**
 * Seconds without a byte either way after which a connection is closed. An hour is Envoy's default
 * and upstream's behaviour; less would cut database pools and shells, more would keep what clients
 * that vanished without a FIN have left behind.
 */
const idleTimeout = 3600;

/**
 * One filter chain per source range rather than one with all ranges: Envoy replaces filter chains
 * one by one, so that a range that is added or removed leaves the connections of the others alone.
 * A client that matches none is closed.
 *
 * @returns undefined when nobody may connect: a port without a listener says so best.
 */
export function tcpListener(service: L4Service): envoy.config.listener.v3.IListener | undefined {
  const ranges = service.sourceRanges && sourceRanges(service.sourceRanges);
  if (ranges?.length === 0) return undefined;
  const filters = [tcpProxy(service)];
  return {
    name: service.name,
    statPrefix: statName(service),
    ...boundListener(service.binding, "TCP"),
    filterChains: ranges?.map((range) => filterChain(range, filters)) ?? [{ filters }],
  };
}

function filterChain(
  { text, message }: SourceRange,
  filters: envoy.config.listener.v3.IFilter[],
): envoy.config.listener.v3.IFilterChain {
  return { name: text, filterChainMatch: { sourcePrefixRanges: [message] }, filters };
}

function tcpProxy(service: L4Service): envoy.config.listener.v3.IFilter {
  const { TcpProxy } = envoy.extensions.filters.network.tcp_proxy.v3;
  const { accessLogPath, name, persistence } = service;
  const message = TcpProxy.encode({
    statPrefix: statName(service),
    cluster: name,
    maxConnectAttempts: { value: maxConnectAttempts },
    idleTimeout: duration(idleTimeout),
    ...(persistence === "SourceIP" && { hashPolicy: [{ sourceIp: {} }] }),
    ...(accessLogPath !== undefined && { accessLog: accessLog(accessLogPath, name, "TCP") }),
  });
  return {
    name: "envoy.filters.network.tcp_proxy",
    typedConfig: {
      type_url: typeUrlOf("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"),
      value: appendBackoff(message).finish(),
    },
  };
}

/**
 * Adds `TcpProxy.backoff_options`, a `BackoffStrategy`. Envoy 1.40 has it; the published messages
 * that our code is generated from are older. An Envoy that does not know the field ignores it.
 */
function appendBackoff(message: Writer): Writer {
  const { BackoffStrategy } = envoy.config.core.v3;
  const field = 18;
  const lengthDelimited = 2;
  message.uint32((field << 3) | lengthDelimited).fork();
  return BackoffStrategy.encode(connectBackoff, message).ldelim();
}
