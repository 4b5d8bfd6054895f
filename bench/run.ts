/**
 * `deno task bench <name>`: runs one benchmark; each prints one table.
 *
 * @module
 */
const benchmarks: Readonly<Record<string, string>> = {
  l4: "layer 4 end to end: latency, traffic, API writes, restart, memory",
  memory: "resident memory of manager and CCM, from source and from the bundle",
  xds: "the xDS server beside go-control-plane: latency, CPU, bytes, memory",
  scale: "restart with 10,000 load balancers; 500 streams, and half of them reconnecting",
};

const [name = "", ...args] = Deno.args;
if (Object.hasOwn(benchmarks, name)) {
  const module = new URL(`./${name}.ts`, import.meta.url);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-prompt", module.pathname, ...args],
  }).spawn().status;
  Deno.exitCode = code;
} else {
  const list = Object.entries(benchmarks).map(([known, text]) => `  ${known.padEnd(6)}   ${text}`);
  const unknown = name && `no benchmark ${JSON.stringify(name)}\n\n`;
  const text = `${unknown}usage: deno task bench <name> [flags]\n\n${list.join("\n")}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.exitCode = 2;
}
