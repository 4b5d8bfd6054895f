/**
 * The command line of the manager; names and defaults are upstream's where upstream has them.
 *
 * @module
 */
import { parseCidr } from "../controllers/manager/endpoint_guard/cidr.ts";
import { parseAddressRange } from "../controllers/manager/host_load_balancer/address_range.ts";
import { systemDnsLookup } from "../controllers/manager/host_names/dns_lookup.ts";
import { parsePortRange } from "../fleet/port_range.ts";
import {
  checkFlag,
  checkServerFlags,
  healthAddressDescription,
  logFlags,
  metricsAddressDescription,
} from "./common_flags.ts";
import { defineFlags, type FlagValues, type ParsedFlags, parseFlags } from "./flags.ts";

/** First lines of `--help`. */
export const managerUsage = `Usage: kubelb --mode=manager [--address-pool=<CIDR,...>] [flags]
       kubelb --mode=manager --runtime=kubernetes --listen-address=0.0.0.0:8001 [flags]

Runs in (or beside) the management cluster: makes tenants, gives their load balancers Services,
addresses and listener ports, runs an Envoy for each tenant and tells it where traffic goes.`;

/** All flags of the manager. */
export const managerFlags = defineFlags({
  "kubeconfig": {
    type: "string",
    default: "",
    env: "KUBECONFIG",
    description:
      "Path of the kubeconfig for the management cluster. When empty: the cluster that " +
      "the program runs in.",
  },
  "namespace": {
    type: "string",
    default: "kubelb",
    description: 'Namespace of the Config "default" and of the leader\'s Lease. It must exist.',
  },
  "runtime": {
    type: "enum",
    values: ["host", "kubernetes"],
    default: "host",
    description: "Where Envoys run: host runs them as processes of this machine, and assigns " +
      "addresses from --address-pool; kubernetes runs them as pods of the management cluster, whose " +
      "own load-balancer implementation assigns addresses.",
  },
  "address-pool": {
    type: "list",
    default: [],
    description:
      "With --runtime=host: ranges of addresses for load balancers, as 192.0.2.0/24 or " +
      "192.0.2.10-192.0.2.20; several, IPv4 and IPv6. Without one no load balancer gets an address.",
  },
  "state-dir": {
    type: "string",
    default: "/var/lib/kubelb",
    description: "With --runtime=host: folder for what must outlive the manager, the Envoys' " +
      "configuration, logs and process ids. One manager at a time; a second one stands by.",
  },
  "envoy-path": {
    type: "string",
    default: "envoy",
    env: "ENVOY_PATH",
    description: "With --runtime=host: path of the Envoy program, or its name on PATH.",
  },
  "envoy-image": {
    type: "string",
    default: "docker.io/envoyproxy/envoy:distroless-v1.40.0",
    description:
      "With --runtime=kubernetes: the image of the Envoys. Its entrypoint must be Envoy.",
  },
  "xds-address": {
    type: "list",
    default: [],
    description:
      "With --runtime=kubernetes: where pods reach the managers, host:port; a Service of " +
      "all managers, or several addresses. When empty: envoycp.<namespace>.svc, at the port of " +
      "--listen-address.",
  },
  "envoy-concurrency": {
    type: "integer",
    min: 1,
    default: 2,
    description: "Worker threads of each Envoy.",
  },
  "drain-envoy-on-exit": {
    type: "boolean",
    default: false,
    description:
      "With --runtime=host: end the Envoys with the manager, after their connections. When false " +
      "they go on serving, and the next manager takes them over.",
  },
  "allowed-endpoint-cidrs": {
    type: "list",
    default: [],
    description: "Ranges that tenants may name as endpoints although they would be refused: " +
      "loopback, link-local, and the management cluster's own addresses, Services and pods.",
  },
  "dns-servers": {
    type: "list",
    default: [],
    description: "Name servers that are asked for endpoints given by host name, as 192.0.2.53 or " +
      "192.0.2.53:5353. When empty: those of this machine (/etc/resolv.conf).",
  },
  "port-range": {
    type: "string",
    default: "10000-29999",
    description: "Listener ports that are handed out, first-last. Ports in use are kept.",
  },
  "tenant-api-server-url": {
    type: "string",
    default: "",
    description: "URL of the management cluster's API server in the kubeconfigs of tenants. When " +
      "empty: kube-public/cluster-info, else the address the API server gives itself.",
  },
  "listen-address": {
    type: "string",
    default: "127.0.0.1:8001",
    description: "Where Envoys get their configuration: xDS over gRPC, with mutual TLS.",
  },
  "xds-token-listen-address": {
    type: "string",
    default: "0",
    description: "Where Envoys get their configuration that show a token of the ServiceAccount " +
      "kubelb-envoy in their tenant's namespace, for audience kubelb-xds, instead of a " +
      "certificate: host:port, or 0 for nowhere.",
  },
  "xds-advertise-address": {
    type: "string",
    default: "",
    description: "host:port under which other managers reach --listen-address of this one: those " +
      "that do not lead tell the leader what their Envoys have accepted. When empty: " +
      "--listen-address, with the name of this machine for all addresses.",
  },
  "xds-max-connection-age": {
    type: "duration",
    default: 0,
    description: "End connections of Envoys after this time, give or take a tenth, so that they " +
      "spread over several managers again; 0 for never. Choose hours: every connection that ends " +
      "costs 60 to 90 kB of memory until the manager is started anew.",
  },
  "xds-plaintext": {
    type: "boolean",
    default: false,
    description: "Serve xDS without TLS: whoever reaches --listen-address reads all " +
      "configurations, so it must be on loopback. For debugging.",
  },
  "metrics-addr": {
    type: "string",
    default: ":9443",
    description: metricsAddressDescription,
  },
  "health-probe-bind-address": {
    type: "string",
    default: ":8081",
    description: healthAddressDescription,
  },
  "enable-leader-election": {
    type: "boolean",
    default: true,
    description: "Let one of several managers write to the API, by a Lease. All serve Envoys.",
  },
  "debug": {
    type: "boolean",
    default: false,
    description: "The same as --log-level=debug.",
  },
  ...logFlags,
});

/** The values of the flags. */
export type ManagerOptions = FlagValues<typeof managerFlags>;

/**
 * Reads the command line of the manager.
 *
 * @throws {FlagError} when it cannot be followed.
 */
export function parseManagerFlags(
  args: readonly string[],
  env: (name: string) => string | undefined,
): ParsedFlags<typeof managerFlags> {
  const parsed = parseFlags(managerFlags, args, env);
  if (parsed.kind !== "values") return parsed;
  const { values } = parsed;
  checkServerFlags(values);
  checkFlag("port-range", () => parsePortRange(values["port-range"]));
  for (const range of values["address-pool"]) {
    checkFlag("address-pool", () => parseAddressRange(range));
  }
  for (const range of values["allowed-endpoint-cidrs"]) {
    checkFlag("allowed-endpoint-cidrs", () => parseCidr(range));
  }
  checkFlag("dns-servers", () => systemDnsLookup(values["dns-servers"]));
  checkFlag("tenant-api-server-url", () => checkServerUrl(values["tenant-api-server-url"]));
  if (values["xds-advertise-address"] !== "") {
    checkFlag("xds-advertise-address", () => splitHostPort(values["xds-advertise-address"]));
  }
  if (values["xds-token-listen-address"] !== "0") {
    checkFlag("xds-token-listen-address", () => {
      splitHostPort(values["xds-token-listen-address"]);
      if (values["xds-plaintext"]) throw new Error("tokens are not taken with --xds-plaintext");
    });
  }
  checkFlag("listen-address", () => {
    splitHostPort(values["listen-address"]);
    if (values["xds-plaintext"]) checkLoopback(values["listen-address"]);
    else if (values.runtime === "kubernetes") checkReachable(values["listen-address"]);
  });
  for (const address of values["xds-address"]) {
    checkFlag("xds-address", () => splitHostPort(address));
  }
  checkFlag("runtime", () => {
    if (values.runtime === "kubernetes" && values["xds-plaintext"]) {
      throw new Error("Envoys in pods reach the manager by TLS only: leave out --xds-plaintext");
    }
  });
  return parsed;
}

function checkServerUrl(text: string): void {
  if (text !== "" && URL.parse(text)?.protocol !== "https:") {
    throw new Error(`"${text}" is no URL such as https://hub.example.com:6443`);
  }
}

/** Pods are elsewhere. */
function checkReachable(address: string): void {
  if (!isLoopback(address)) return;
  throw new Error(
    `"${address}" is on loopback, where pods do not reach it: use 0.0.0.0:8001 or [::]:8001`,
  );
}

function isLoopback(address: string): boolean {
  return ["127.0.0.1", "::1", "localhost"].includes(splitHostPort(address).host);
}

/** Whoever reaches a plaintext server gets configurations: it must not be reached from elsewhere. */
function checkLoopback(address: string): void {
  if (!isLoopback(address)) {
    throw new Error(
      `"${address}" is not on loopback, as --xds-plaintext demands: use 127.0.0.1:8001`,
    );
  }
}

/**
 * The two parts of `host:port`, an IPv6 host in brackets.
 *
 * @throws {Error} when the text is not of that form.
 */
export function splitHostPort(address: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new Error(`"${address}" is not of the form host:port`);
  }
  return { host: match[1] ?? match[2]!, port };
}
