import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Lifecycle,
  type LifecycleEffect,
  type LifecycleEvent,
  stableAfter,
  step,
} from "./lifecycle.ts";

/** Where a history leads, and everything that was to be done on the way. */
function play(...events: LifecycleEvent[]): { state: Lifecycle; effects: LifecycleEffect[] } {
  let state: Lifecycle = { kind: "stopped" };
  const effects: LifecycleEffect[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
}

const ensure = { kind: "ensure" } as const;
const remove = { kind: "remove" } as const;
const ready = { kind: "ready" } as const;
const timeout = { kind: "timeout" } as const;
const drained = { kind: "drained" } as const;
const spawned = (pid: number, now = 0) => ({ kind: "spawned", pid, now }) as const;
const exited = (pid: number, now = 0) => ({ kind: "exited", pid, now, message: "died" }) as const;

Deno.test("a wanted fleet is started, once", () => {
  const { state, effects } = play(ensure, ensure, spawned(7), ensure, ready, ensure);
  assert.deepEqual(state, { kind: "running", pid: 7, since: 0, failures: 0 });
  assert.deepEqual(effects, ["reset-backoff", "spawn", "probe"]);
});

Deno.test("the first crash is answered at once", () => {
  const { state, effects } = play(ensure, spawned(7), ready, exited(7, 500));
  assert.equal(state.kind, "spawning");
  assert.equal(effects.at(-1), "spawn");
});

Deno.test("the second crash in a row is answered after a pause", () => {
  const { state, effects } = play(ensure, spawned(7), exited(7), spawned(8), exited(8));
  assert.deepEqual(state, { kind: "backoff", failures: 2, message: "died" });
  assert.equal(effects.at(-1), "retry");
  assert.equal(step(state, timeout).effects[0], "spawn");
});

Deno.test("a crash after a good while is a first one again", () => {
  const { effects } = play(
    ensure,
    spawned(7),
    exited(7),
    spawned(8, 1000),
    ready,
    exited(8, 1000 + stableAfter),
  );
  assert.deepEqual(effects.slice(-2), ["reset-backoff", "spawn"]);
});

Deno.test("a program that cannot be started is tried again after a pause", () => {
  const { state, effects } = play(ensure, { kind: "spawn-failed", message: "not found" });
  assert.deepEqual(state, { kind: "failed", failures: 1, message: "not found" });
  assert.equal(effects.at(-1), "retry");
});

Deno.test("a removed fleet is drained, ended, and forgotten", () => {
  const { state, effects } = play(ensure, spawned(7), ready, remove, drained, exited(7));
  assert.equal(state.kind, "stopped");
  assert.deepEqual(effects.slice(-3), ["drain", "terminate", "forget"]);
});

Deno.test("a process that does not end is killed", () => {
  const { effects } = play(ensure, spawned(7), remove, drained, timeout);
  assert.equal(effects.at(-1), "kill");
});

Deno.test("a fleet wanted again while it ends is started when the old process is gone", () => {
  for (const end of [[exited(7)], [drained, exited(7)]]) {
    const { state } = play(ensure, spawned(7), ready, remove, ensure, ...end);
    assert.equal(state.kind, "spawning");
  }
});

Deno.test("a fleet removed while it is being started ends as soon as it has a process", () => {
  const { state, effects } = play(ensure, remove, spawned(7), exited(7));
  assert.equal(state.kind, "stopped");
  assert.deepEqual(effects.slice(-2), ["terminate", "forget"]);
});

Deno.test("an adopted process is probed, and looked after like any other", () => {
  const { state, effects } = play({ kind: "adopted", pid: 7, now: 0 }, ensure, ready);
  assert.equal(state.kind, "running");
  assert.deepEqual(effects, ["probe"]);
  assert.equal(step(state, exited(7)).effects.at(-1), "spawn");
});

Deno.test("the end of a process that was given up already changes nothing", () => {
  const before = play(ensure, spawned(7), exited(7), spawned(8)).state;
  assert.deepEqual(step(before, exited(7)), { state: before, effects: [] });
});

Deno.test("whatever happens, no second process is started beside a first", () => {
  const event = fc.constantFrom<LifecycleEvent["kind"]>(
    "ensure",
    "remove",
    "spawned",
    "adopted",
    "spawn-failed",
    "ready",
    "exited",
    "drained",
    "timeout",
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 100 }), (kinds) => {
      let state: Lifecycle = { kind: "stopped" };
      // The world: a process that is being made, or that lives.
      let making = false;
      let living: number | undefined;
      let pid = 0;
      for (const kind of kinds) {
        const now = 0;
        let happened: LifecycleEvent;
        if (kind === "spawned") {
          if (!making) continue;
          making = false;
          living = ++pid;
          happened = spawned(living);
        } else if (kind === "spawn-failed") {
          if (!making) continue;
          making = false;
          happened = { kind, message: "" };
        } else if (kind === "exited") {
          if (living === undefined) continue;
          happened = exited(living);
          living = undefined;
        } else if (kind === "adopted") {
          if (making || living !== undefined || state.kind !== "stopped") continue;
          living = ++pid;
          happened = { kind, pid: living, now };
        } else {
          happened = { kind };
        }
        const next = step(state, happened);
        state = next.state;
        if (next.effects.includes("spawn")) {
          assert(!making && living === undefined, "a second process would be started");
          making = true;
        }
        if (next.effects.includes("forget")) assert(!making && living === undefined);
        assert.equal("pid" in state ? state.pid : undefined, living);
      }
    }),
    { numRuns: 500 },
  );
});
