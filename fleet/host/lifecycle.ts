/**
 * The life of a fleet's Envoy as a pure state machine: what happened goes in, what to do comes out.
 *
 * @module
 */

/** `pid`s are of the process the state is about; `since` is in monotonic milliseconds. */
export type Lifecycle =
  | { readonly kind: "stopped" }
  /** `stop`: it was removed while it was being started. */
  | { readonly kind: "spawning"; readonly failures: number; readonly stop: boolean }
  | {
    readonly kind: "starting" | "running";
    readonly pid: number;
    readonly since: number;
    readonly failures: number;
  }
  | {
    readonly kind: "backoff" | "failed";
    readonly failures: number;
    readonly message: string;
  }
  /** `again`: it is wanted once more, as soon as the old process is gone. */
  | {
    readonly kind: "draining" | "terminating";
    readonly pid: number;
    readonly again: boolean;
  };

/** What can happen. */
export type LifecycleEvent =
  | { readonly kind: "ensure" }
  | { readonly kind: "remove" }
  | { readonly kind: "spawned"; readonly pid: number; readonly now: number }
  | { readonly kind: "adopted"; readonly pid: number; readonly now: number }
  | { readonly kind: "spawn-failed"; readonly message: string }
  | { readonly kind: "ready" }
  | {
    readonly kind: "exited";
    readonly pid: number;
    readonly message: string;
    readonly now: number;
  }
  | { readonly kind: "drained" }
  /** The pause of `retry` is over, or the patience of `terminate`. */
  | { readonly kind: "timeout" };

/** What to do. A pause or wait that a later transition makes pointless is to be cancelled. */
export type LifecycleEffect =
  | "spawn"
  /** Send `timeout` after a pause that grows with each failure. */
  | "retry"
  /** The next failure is the first again. */
  | "reset-backoff"
  /** Look for the first configuration; send `ready`. */
  | "probe"
  /** Stop listening, wait for the connections or the drain time; send `drained`. */
  | "drain"
  /** Ask the process to end; send `timeout` when it has not within the grace period. */
  | "terminate"
  | "kill"
  /** Remove every trace. */
  | "forget";

/** Where an event leads. */
export interface Transition {
  readonly state: Lifecycle;
  readonly effects: readonly LifecycleEffect[];
}

/** A process that lived this long (milliseconds) was well: its end is the first failure again. */
export const stableAfter = 10_000;

/**
 * The next state. An event that means nothing in a state, such as a late timer, changes nothing.
 *
 * The first crash is answered by a new process at once, since most crashes are one of a kind; a
 * process that keeps crashing, and a program that cannot be started, are tried with growing pauses.
 */
export function step(state: Lifecycle, event: LifecycleEvent): Transition {
  switch (event.kind) {
    case "ensure":
      return ensure(state);
    case "remove":
      return remove(state);
    case "spawned":
      return spawned(state, event);
    case "adopted":
      return state.kind === "stopped"
        ? to({ kind: "starting", pid: event.pid, since: event.now, failures: 0 }, "probe")
        : stay(state);
    case "spawn-failed":
      return spawnFailed(state, event.message);
    case "ready":
      return state.kind === "starting" ? to({ ...state, kind: "running" }) : stay(state);
    case "exited":
      return exited(state, event);
    case "drained":
      return state.kind === "draining"
        ? to({ ...state, kind: "terminating" }, "terminate")
        : stay(state);
    case "timeout":
      return timeout(state);
  }
}

function ensure(state: Lifecycle): Transition {
  switch (state.kind) {
    case "stopped":
      return to({ kind: "spawning", failures: 0, stop: false }, "reset-backoff", "spawn");
    case "spawning":
      return stay({ ...state, stop: false });
    case "draining":
    case "terminating":
      // An Envoy that has closed its listeners cannot be talked into opening them.
      return stay({ ...state, again: true });
    default:
      return stay(state);
  }
}

function remove(state: Lifecycle): Transition {
  switch (state.kind) {
    case "stopped":
    case "backoff":
    case "failed":
      return to({ kind: "stopped" }, "forget");
    case "spawning":
      return stay({ ...state, stop: true });
    case "starting":
    case "running":
      return to({ kind: "draining", pid: state.pid, again: false }, "drain");
    case "draining":
    case "terminating":
      return stay({ ...state, again: false });
  }
}

function spawned(state: Lifecycle, { pid, now }: { pid: number; now: number }): Transition {
  if (state.kind !== "spawning") return stay(state);
  if (state.stop) return to({ kind: "terminating", pid, again: false }, "terminate");
  return to({ kind: "starting", pid, since: now, failures: state.failures }, "probe");
}

function spawnFailed(state: Lifecycle, message: string): Transition {
  if (state.kind !== "spawning") return stay(state);
  if (state.stop) return to({ kind: "stopped" }, "forget");
  return to({ kind: "failed", failures: state.failures + 1, message }, "retry");
}

type Exit = Extract<LifecycleEvent, { kind: "exited" }>;

function exited(state: Lifecycle, { pid, message, now }: Exit): Transition {
  // A state without a process is told of one that it has already given up.
  if (!("pid" in state) || state.pid !== pid) return stay(state);
  if ("again" in state) {
    return state.again
      ? to({ kind: "spawning", failures: 0, stop: false }, "reset-backoff", "spawn")
      : to({ kind: "stopped" }, "forget");
  }
  const stable = now - state.since >= stableAfter;
  if (stable || state.failures === 0) {
    return to({ kind: "spawning", failures: 1, stop: false }, "reset-backoff", "spawn");
  }
  return to({ kind: "backoff", failures: state.failures + 1, message }, "retry");
}

function timeout(state: Lifecycle): Transition {
  switch (state.kind) {
    case "backoff":
    case "failed":
      return to({ kind: "spawning", failures: state.failures, stop: false }, "spawn");
    case "terminating":
      return to(state, "kill");
    default:
      return stay(state);
  }
}

function to(state: Lifecycle, ...effects: LifecycleEffect[]): Transition {
  return { state, effects };
}

function stay(state: Lifecycle): Transition {
  return { state, effects: [] };
}
