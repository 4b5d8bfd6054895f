/**
 * What a run has shown, for people, and in one line for programs.
 *
 * @module
 */
import { percentile } from "../../bench/measure/percentile.ts";
import { renderTable } from "../../bench/measure/table.ts";
import { countLost, type JudgedLoad, total } from "./account.ts";
import type { Incident } from "./killer.ts";
import {
  costPerConnection,
  laterHalf,
  milestones,
  type ResidentSample,
  residentSlope,
  settledSamples,
} from "./resident_memory.ts";
import type { CalmMemory, RunResult } from "./run.ts";

/** Lost requests that are told one by one: the first ones say where to look. */
const shown = 40;

/** The four figures of the last line. */
export interface Verdict {
  readonly requests: number;
  readonly lost: number;
  readonly moved: number;
  readonly leftOver: number;
}

/** A load balancer that never answered is a lost request like any other. */
export function verdictOf({ calm, trouble, churn, killer, finally: last, leftOver }: RunResult) {
  const sent = [...calm, ...trouble].reduce((sum, load) => sum + load.sent, last.asked);
  const broken = last.silent.length + churn.failures.length + killer.deserters.length;
  return {
    requests: sent,
    lost: countLost({ calm, trouble }) + broken,
    moved: killer.moved.length,
    leftOver: leftOver.length,
  };
}

/** Exactly as programs read it. */
export function lastLine({ requests, lost, moved, leftOver }: Verdict): string {
  return `requests ${requests}, lost ${lost}, ports moved ${moved}, left over ${leftOver}`;
}

/** Whether all is well. */
export function isClean({ lost, moved, leftOver }: Verdict): boolean {
  return lost === 0 && moved === 0 && leftOver === 0;
}

/** One row for each figure. */
export function renderFigures(result: RunResult): string {
  const { calm, trouble, churn, killer, memory } = result;
  const rows = [
    ...killer.kills.entries().map(([victim, count]) => [`kill -9 of ${victim}`, `${count}`]),
    [
      "Envoy: killed → new connections work",
      milliseconds(killer.envoyKills.map(({ back }) => back)),
    ],
    ...loadRows("calm", calm),
    ...loadRows("kills", trouble),
    ["UDP lost: without kills; with", `${share(calm)}; ${share(trouble)}`],
    ["load balancers: created, changed, deleted", changesOf(result)],
    ["load balancer created → first answer", milliseconds(churn.waits)],
    ["this machine: CPUs; load average, at most", machineOf(killer)],
    ["port tables compared", String(killer.comparisons)],
    ["manager RSS, calm: from quarter to quarter of the churn", memoryOf(memory)],
    ["… slope after 5 minutes", slopeOf(settledSamples(memory.churned))],
    ["… slope of the later half", slopeOf(laterHalf(memory.churned))],
    ["… for each xDS connection that comes, takes everything and goes", costOf(memory)],
  ];
  return renderTable(["Figure", "Value"], rows);
}

function loadRows(phase: string, loads: readonly JudgedLoad[]): string[][] {
  return loads.map(({ name, sent, unexplained, envoyLate, withEnvoy }) => {
    const notes = [
      ...envoyLate.length > 0 ? [`${envoyLate.length} more: Envoy was late`] : [],
      ...withEnvoy.length > 0 ? [`not counted: ${withEnvoy.length} with a killed Envoy`] : [],
    ];
    return [`${phase}: ${name}`, [`${sent} sent, ${unexplained.length} lost`, ...notes].join("; ")];
  });
}

function share(loads: readonly JudgedLoad[]): string {
  const { sent, lost } = total(loads, "UDP");
  return `${lost} of ${sent}`;
}

function changesOf({ churn: { counts } }: RunResult): string {
  return `${counts.create}, ${counts.ports + counts.ranges}, ${counts.delete}`;
}

function machineOf({ loadAverage }: RunResult["killer"]): string {
  return `${navigator.hardwareConcurrency}; ${loadAverage.toFixed(1)}`;
}

function milliseconds(samples: readonly number[]): string {
  if (samples.length === 0) return "–";
  const [p50, most] = [0.5, 1].map((share) => percentile(samples, share).toFixed(0));
  return `p50 ${p50} ms, at most ${most} ms (${samples.length})`;
}

function memoryOf({ churned }: CalmMemory): string {
  return `${milestones(churned, 5).map(({ megabytes }) => megabytes.toFixed(0)).join(", ")} MB`;
}

function slopeOf(samples: readonly ResidentSample[]): string {
  const minutes = ((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / 60_000;
  if (minutes < 1) return "too short to tell";
  return `${residentSlope(samples).toFixed(2)} MB/min over ${minutes.toFixed(1)} min`;
}

function costOf({ visited }: CalmMemory): string {
  const [first, last] = [visited[0], visited.at(-1)];
  if (first === undefined || last === undefined) return "–";
  const closed = last.closedConnections - first.closedConnections;
  return `${(costPerConnection(first, last) * 1000).toFixed(0)} kB (${closed})`;
}

/** Everything that is not well, one line each, with what had happened before. */
export function explainFailures(result: RunResult): string[] {
  const { calm, trouble, churn, killer, finally: last, leftOver } = result;
  const loads = [...calm, ...trouble];
  const late = loads.reduce((sum, { envoyLate }) => sum + envoyLate.length, 0);
  const lost = loads.flatMap(({ name, unexplained }) =>
    unexplained.map((request) => ({ name, ...request }))
  ).toSorted((a, b) => a.began - b.began).map(({ name, began, ended, reason }) =>
    `lost: ${name}, failed after ${(ended - began).toFixed(0)} ms, made ` +
    `${describeBefore(killer.incidents, began)}: ${reason}`
  );
  const more = lost.length > shown ? [`… and ${lost.length - shown} more`] : [];
  return [
    ...lost.slice(0, shown),
    ...more,
    ...late > 0 ? [`lost: ${late} requests, because Envoy was not back after 1 s`] : [],
    ...churn.failures.map((line) => `failed: ${line}`),
    ...last.silent.map((line) => `silent at the end: ${line}`),
    ...killer.deserters,
    ...killer.moved.map((line) => `moved: ${line}`),
    ...leftOver.map((line) => `left over: ${line}`),
  ];
}

/** `340 ms after kill of the manager`, of the last incident before that moment. */
export function describeBefore(incidents: readonly Incident[], at: number): string {
  const before = incidents.findLast((incident) => incident.at <= at);
  return before === undefined
    ? "before any kill"
    : `${(at - before.at).toFixed(0)} ms after ${before.what}`;
}
