/**
 * The processes of an installation that may die, and how each is killed and brought back.
 *
 * @module
 */
import type { World } from "./world.ts";

/** What a part is called in plans, reports and test names. */
export type PartName =
  | "manager"
  | "CCM"
  | `${"hub" | "tenant"}'s ${"kube-controller-manager" | "kube-apiserver" | "etcd"}`;

/** A part that can be killed. */
export interface Part {
  readonly name: PartName;
  /** Whether it lives. */
  running(): boolean;
  /** The last lines of its log. */
  logTail(lines: number): Promise<string>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<unknown>;
  /** Starts it again; resolves when it is ready. */
  restart(): Promise<unknown>;
}

/** Every part but Envoy, which nobody but the manager starts again. */
export const partNames: readonly PartName[] = [
  "manager",
  "CCM",
  "hub's kube-controller-manager",
  "tenant's kube-controller-manager",
  "hub's kube-apiserver",
  "tenant's kube-apiserver",
  "hub's etcd",
  "tenant's etcd",
];

/**
 * The part of that name. The world is asked for at each use, so that parts can be listed before it
 * runs.
 *
 * @param ready milliseconds that a restarted part may take.
 */
export function partOf(world: () => World, name: PartName, ready = 30_000): Part {
  if (name === "manager" || name === "CCM") {
    const program = () => name === "CCM" ? world().tenant.ccm : world().hub.manager;
    return {
      name,
      running: () => program().running,
      logTail: (lines) => program().process.logTail(lines),
      kill: () => program().kill("SIGKILL"),
      restart: () => program().start().then(() => program().waitReady(ready)),
    };
  }
  const plane = () => name.startsWith("hub") ? world().hub.plane : world().tenant.plane;
  const component = name.slice(name.indexOf(" ") + 1) as Parameters<
    World["hub"]["plane"]["kill"]
  >[0];
  return {
    name,
    running: () => plane().process(component).running,
    logTail: (lines) => plane().logTail(component, lines),
    kill: () => plane().kill(component),
    restart: () => plane().restart(component, ready),
  };
}
