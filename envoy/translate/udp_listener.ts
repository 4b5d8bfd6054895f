/**
 * The listener of a UDP port.
 *
 * @module
 */
import { envoy, type xds } from "../proto/mod.ts";
import { accessLog } from "./access_log.ts";
import { boundListener } from "./binding.ts";
import { type L4Service, statName } from "./l4_service.ts";
import { type SourceRange, sourceRanges } from "./source_ranges.ts";
import { duration, packAny } from "./wire.ts";

/** Envoy drops datagrams that are longer than it expects, by default 1500 bytes. */
const anyDatagram = { maxRxDatagramSize: { value: 65_535 } };

/**
 * A client outside the source ranges matches nothing, and its datagrams are dropped.
 *
 * @returns undefined when nobody may send: a port without a listener says so best.
 */
export function udpListener(service: L4Service): envoy.config.listener.v3.IListener | undefined {
  const ranges = service.sourceRanges && sourceRanges(service.sourceRanges);
  if (ranges?.length === 0) return undefined;
  return {
    name: service.name,
    statPrefix: statName(service),
    ...boundListener(service.binding, "UDP"),
    udpListenerConfig: { downstreamSocketConfig: anyDatagram },
    listenerFilters: [udpProxy(service, ranges)],
  };
}

function udpProxy(
  service: L4Service,
  ranges: SourceRange[] | undefined,
): envoy.config.listener.v3.IListenerFilter {
  const { UdpProxyConfig } = envoy.extensions.filters.udp.udp_proxy.v3;
  const { accessLogPath, name, persistence, idleTimeout = 60 } = service;
  return {
    name: "envoy.filters.udp_listener.udp_proxy",
    typedConfig: packAny(
      "envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig",
      UdpProxyConfig,
      {
        statPrefix: statName(service),
        matcher: matcher(name, ranges),
        idleTimeout: duration(idleTimeout),
        upstreamSocketConfig: anyDatagram,
        ...(persistence === "SourceIP" && { hashPolicies: [{ sourceIp: true }] }),
        ...(accessLogPath !== undefined && { accessLog: accessLog(accessLogPath, name, "UDP") }),
      },
    ),
  };
}

function matcher(
  cluster: string,
  ranges: SourceRange[] | undefined,
): xds.type.matcher.v3.IMatcher {
  const route = routeTo(cluster);
  if (ranges === undefined) return { onNoMatch: route };
  const singlePredicate = isFrom(ranges);
  return { matcherList: { matchers: [{ predicate: { singlePredicate }, onMatch: route }] } };
}

function routeTo(cluster: string): xds.type.matcher.v3.Matcher.IOnMatch {
  const { Route } = envoy.extensions.filters.udp.udp_proxy.v3;
  const typedConfig = packAny(
    "envoy.extensions.filters.udp.udp_proxy.v3.Route",
    Route,
    { cluster },
  );
  return { action: { name: "route", typedConfig } };
}

function isFrom(
  ranges: SourceRange[],
): xds.type.matcher.v3.Matcher.MatcherList.Predicate.ISinglePredicate {
  const { SourceIPInput } = envoy.extensions.matching.common_inputs.network.v3;
  const { Ip } = envoy.extensions.matching.input_matchers.ip.v3;
  return {
    input: {
      name: "source-ip",
      typedConfig: packAny(
        "envoy.extensions.matching.common_inputs.network.v3.SourceIPInput",
        SourceIPInput,
        {},
      ),
    },
    customMatch: {
      name: "source-ranges",
      typedConfig: packAny("envoy.extensions.matching.input_matchers.ip.v3.Ip", Ip, {
        cidrRanges: ranges.map(({ message }) => message),
        statPrefix: "source_ranges",
      }),
    },
  };
}
