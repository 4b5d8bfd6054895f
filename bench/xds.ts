/**
 * `deno task bench xds`: our xDS server beside go-control-plane, each in a process of its own, by one
 * trace of changes in one run with the same clients. Needs Go.
 *
 * Where states are small ours takes more CPU for a change than `LinearCache`. Of 50 to 70 µs for each
 * stream, `envoy/xds` takes 6 to 13; the rest is the kernel's and that of `node:http2` and grpc-js.
 * Without the `Duplex` that grpc-js puts on each stream (calls taken over by an interceptor), and with
 * a larger young generation of V8, it was the same.
 *
 * @module
 */
import { defineFlags } from "../modes/flags.ts";
import { Sandbox } from "../tools/process/sandbox.ts";
import { renderTable } from "./measure/table.ts";
import {
  type Comparison,
  comparisonHeadings,
  comparisonRow,
  whereBehind,
} from "./xds/comparison.ts";
import { buildGoControlPlane, goControlPlane, ours } from "./xds/contenders.ts";
import { measureChanges, type Setting } from "./xds/measure_changes.ts";
import { benchFlags } from "./measure/bench_flags.ts";
import { report } from "./measure/progress.ts";

const flags = defineFlags({
  quick: { type: "boolean", default: false, description: "Leave out the sizes above 1,000." },
  samples: { type: "integer", default: 300, description: "Changes per setting.", min: 10 },
  budget: { type: "integer", default: 15, description: "Seconds that they may take.", min: 1 },
});

const others = ["SnapshotCache", "LinearCache"] as const;

function settings(quick: boolean): Setting[] {
  const sizes = quick ? [10, 100, 1_000] : [10, 100, 1_000, 10_000];
  return (["delta", "sotw"] as const).flatMap((variant) =>
    sizes.flatMap((resources) => [1, 10, 100].map((streams) => ({ variant, resources, streams })))
  );
}

async function compare(quick: boolean, samples: number, budget: number): Promise<string> {
  await using sandbox = await Sandbox.create("bench-xds");
  const program = sandbox.path("go_control_plane");
  report("building go-control-plane");
  await buildGoControlPlane(program);
  const contenders = [
    ours(),
    goControlPlane(program, "snapshot"),
    goControlPlane(program, "linear"),
  ];
  const comparisons: Comparison[] = [];
  for (const setting of settings(quick)) {
    const costs = await measureChanges(contenders, setting, { samples, budget: budget * 1000 });
    const comparison = { setting, costs };
    report(comparisonRow(comparison).join("  "));
    comparisons.push(comparison);
  }
  return [
    "One endpoint changes among many: from the command to the server until each stream has it.",
    `Values are ours / ${others.join(" / ")}, ratios ours divided by each of the two.`,
    "CPU is the server's for one change to all streams; bytes are of one stream, both ways.",
    "Arrivals are read by one process: with many streams its share is in all times, and ratios of",
    "times come closer to 1 than the servers are; the CPU is the servers' alone.",
    "",
    renderTable(comparisonHeadings, comparisons.map(comparisonRow)),
    ...whereBehind(comparisons, others),
    "",
  ].join("\n");
}

const values = benchFlags(flags, "xds [--quick] [--samples=300] [--budget=15]");
if (values !== undefined) {
  const { quick, samples, budget } = values;
  const text = await compare(quick, samples, budget);
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
