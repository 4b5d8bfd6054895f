/**
 * `deno task chaos --minutes=N`: steady load and churn on a real installation while its parts are
 * killed and restarted. The last line is `requests N, lost N, ports moved N, left over N`; the exit
 * code is 0 only when the last three are 0.
 *
 * @module
 */
import { describeError } from "../base/errors.ts";
import { defineFlags, FlagError, parseFlags } from "../modes/flags.ts";
import { installationBinaryNames } from "./binaries/catalog.ts";
import { obtainBinaries } from "./binaries/obtain.ts";
import { explainFailures, isClean, lastLine, renderFigures, verdictOf } from "./chaos/report.ts";
import { runChaos } from "./chaos/run.ts";
import { printLine } from "./process/print_line.ts";

const flags = defineFlags({
  "minutes": { type: "string", default: "10", description: "How long parts are killed." },
  "calm-minutes": {
    type: "string",
    default: "",
    description: "How long nothing is killed, before. Default: a fifth of that, 12 s at least.",
  },
  "seed": { type: "integer", default: 0, description: "Repeats a sequence. Default: by chance." },
  "load-balancers": { type: "integer", default: 200, description: "At once.", min: 1 },
  "changes": { type: "integer", default: 5, description: "Of load balancers a second.", min: 1 },
});

const usage = `usage: deno task chaos [flags]

Takes the minutes below, and about four more to create and delete everything.

  --minutes=10           how long parts are killed; a fraction will do
  --calm-minutes=2       how long nothing is killed, before; default: a fifth, 12 s at least
  --seed=0               repeats the sequence of a run that had this seed; default: by chance
  --load-balancers=200   at once
  --changes=5            created, changed or deleted in a second`;

const begin = performance.now();

function step(line: string): void {
  printLine(`[${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s] ${line}`);
}

function positive(text: string, flag: string): number {
  const value = Number(text);
  if (value > 0 && value < Infinity) return value;
  throw new FlagError(`--${flag}: ${JSON.stringify(text)} is not valid, write a number above 0`);
}

async function main(): Promise<number> {
  const parsed = parseFlags(flags, Deno.args);
  if (parsed.kind !== "values") {
    printLine(usage);
    return 0;
  }
  const { seed: given, changes, "load-balancers": loadBalancers, ...texts } = parsed.values;
  const minutes = positive(texts.minutes, "minutes");
  const calm = texts["calm-minutes"] || String(Math.max(0.2, minutes / 5));
  const calmMinutes = positive(calm, "calm-minutes");
  const seed = given || 1 + Math.floor(Math.random() * 999_999);
  step(
    `--minutes=${minutes} --calm-minutes=${calmMinutes} --seed=${seed} ` +
      `--load-balancers=${loadBalancers} --changes=${changes}`,
  );
  await obtainBinaries(installationBinaryNames, { report: step });
  const options = { minutes, calmMinutes, seed, loadBalancers, changes, report: step };
  const result = await runChaos(options);
  const verdict = verdictOf(result);
  for (const line of explainFailures(result)) printLine(line);
  printLine(`\n${renderFigures(result)}`);
  printLine(`A request that was under way when Envoy was killed, or was made in the second after, is
counted above and not below: whoever ends an Envoy ends its connections. One that was made
later counts. UDP counts beyond the share that was lost without kills. The same seed, number of
load balancers and flags repeat the sequence of kills and changes. Seed: ${seed}.\n`);
  printLine(lastLine(verdict));
  return isClean(verdict) ? 0 : 1;
}

try {
  Deno.exit(await main());
} catch (error) {
  printLine(`chaos failed: ${describeError(error)}`);
  Deno.exit(error instanceof FlagError ? 2 : 1);
}
