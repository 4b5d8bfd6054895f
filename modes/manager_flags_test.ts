import assert from "node:assert/strict";
import { flagHelp } from "./flag_help.ts";
import { managerFlags, managerUsage, parseManagerFlags, splitHostPort } from "./manager_flags.ts";

const noEnv = () => undefined;

function values(...args: string[]) {
  const parsed = parseManagerFlags(args, noEnv);
  assert.equal(parsed.kind, "values");
  return parsed.kind === "values" ? parsed.values : undefined;
}

Deno.test("without flags the defaults of upstream hold", () => {
  const options = values()!;
  assert.equal(options.namespace, "kubelb");
  assert.equal(options["metrics-addr"], ":9443");
  assert.equal(options["health-probe-bind-address"], ":8081");
  assert.equal(options["enable-leader-election"], true);
  assert.equal(options["port-range"], "10000-29999");
});

Deno.test("a value that cannot be followed names its flag", () => {
  const table: [flags: string, RegExp][] = [
    ["--port-range=5", /--port-range: .*first-last/],
    ["--allowed-endpoint-cidrs=10.0.0.0/33", /--allowed-endpoint-cidrs: "10\.0\.0\.0\/33"/],
    ["--tenant-api-server-url=hub:6443", /--tenant-api-server-url: "hub:6443"/],
    ["--xds-plaintext --listen-address=0.0.0.0:8001", /--listen-address: .*not on loopback/],
    ["--listen-address=8001", /--listen-address: .*host:port/],
    [
      "--dns-servers=10.0.0.53,ns.example",
      /--dns-servers: "ns\.example" is no name server: .*192\.0\.2\.53:5353/,
    ],
    ["--envoy-concurrency=0", /write <number, 1 or more>/],
    ["--runtime=moon", /--runtime/],
    ["--runtime=kubernetes", /--listen-address: .*pods do not reach it/],
    ["--runtime=kubernetes --xds-plaintext", /--runtime: .*TLS only/],
    ["--xds-address=envoycp", /--xds-address: .*host:port/],
    ["--adress-pool=10.0.0.0/8", /did you mean --address-pool/],
  ];
  for (const [flags, message] of table) {
    assert.throws(() => parseManagerFlags(flags.split(" "), noEnv), { name: "FlagError", message });
  }
});

Deno.test("with TLS the xDS server may listen on any address", () => {
  const parsed = parseManagerFlags(["--listen-address=0.0.0.0:8001"], noEnv);
  assert.equal(parsed.kind, "values");
});

Deno.test("host and port are told apart, IPv6 too", () => {
  assert.deepEqual(splitHostPort("127.0.0.1:8001"), { host: "127.0.0.1", port: 8001 });
  assert.deepEqual(splitHostPort("[::1]:0"), { host: "::1", port: 0 });
  assert.throws(() => splitHostPort("::1:80"), /host:port/);
});

Deno.test("help names every flag", () => {
  const help = flagHelp(managerUsage, managerFlags);
  for (const name of Object.keys(managerFlags)) assert.ok(help.includes(`--${name}`), name);
});
