import assert from "node:assert/strict";
import fc from "fast-check";
import type { ApiErrorReason } from "./api_error.ts";
import {
  initialReflectorState,
  type ReflectorEffect,
  type ReflectorInput,
  type ReflectorPhase,
  type ReflectorState,
} from "./reflector_state.ts";
import { retryDelay, step } from "./reflector_step.ts";

const at = (now: number, random = 0) => ({ now, random });

function failed(reason: ApiErrorReason, retryAfter?: number): ReflectorInput {
  return { kind: "failed", failure: { reason, retryAfter } };
}

function inPhase(phase: ReflectorPhase, more: Partial<ReflectorState> = {}): ReflectorState {
  return { ...initialReflectorState, ...more, phase };
}

const streaming = inPhase({ kind: "streaming" });
const listing = inPhase({ kind: "listing", paged: true }, { watchList: false });
const watchingSince = (since: number, received = 0) =>
  inPhase({ kind: "watching", resourceVersion: "7", since, received });

const list: ReflectorEffect = { kind: "list", limit: 500 };
const streamingList: ReflectorEffect = { kind: "watch", timeoutSeconds: 300 };
const watchFrom7: ReflectorEffect = { kind: "watch", resourceVersion: "7", timeoutSeconds: 300 };
const discard: ReflectorEffect = { kind: "discard" };
const close: ReflectorEffect = { kind: "close" };
const reconnect: ReflectorEffect = { kind: "reconnect" };
const wait = (milliseconds: number): ReflectorEffect => ({ kind: "wait", milliseconds });

interface Row {
  readonly name: string;
  readonly from: ReflectorState;
  readonly input: ReflectorInput;
  readonly now?: number;
  readonly phase: ReflectorPhase;
  readonly effects: ReflectorEffect[];
}

const rows: Row[] = [
  {
    name: "a reflector begins with a streaming list",
    from: initialReflectorState,
    input: { kind: "start" },
    phase: { kind: "streaming" },
    effects: [discard, streamingList],
  },
  {
    name: "the closing bookmark turns a streaming list into a watch on the same stream",
    from: streaming,
    input: { kind: "complete", resourceVersion: "9" },
    phase: { kind: "watching", resourceVersion: "9", since: 0, received: 0 },
    effects: [{ kind: "replace", resourceVersion: "9" }],
  },
  {
    name: "a server that calls a streaming list invalid is asked for a classic one at once",
    from: streaming,
    input: failed("Invalid"),
    phase: { kind: "listing", paged: true },
    effects: [discard, list],
  },
  {
    name: "a streaming list that stalls is given up for a classic one on a new connection",
    from: streaming,
    input: { kind: "silent" },
    phase: { kind: "listing", paged: true },
    effects: [close, reconnect, discard, list],
  },
  {
    name: "a streaming list that ends too early is begun again",
    from: streaming,
    input: { kind: "closed" },
    phase: { kind: "waiting" },
    effects: [wait(50)],
  },
  {
    name: "a malformed line in a streaming list begins it again",
    from: streaming,
    input: { kind: "malformed" },
    phase: { kind: "waiting" },
    effects: [close, wait(50)],
  },
  {
    name: "a refused connection at start is tried again soon",
    from: streaming,
    input: failed("Unreachable"),
    phase: { kind: "waiting" },
    effects: [wait(50)],
  },
  {
    name: "every page but the last asks for the next",
    from: listing,
    input: { kind: "page", resourceVersion: "7", continue: "next" },
    phase: { kind: "listing", paged: true },
    effects: [{ kind: "list", continue: "next", limit: 500 }],
  },
  {
    name: "the last page completes the list and opens the watch",
    from: listing,
    input: { kind: "page", resourceVersion: "7" },
    phase: { kind: "watching", resourceVersion: "7", since: 0, received: 0 },
    effects: [{ kind: "replace", resourceVersion: "7" }, watchFrom7],
  },
  {
    name: "a continue token that expired makes the list come in one piece",
    from: listing,
    input: failed("Expired"),
    phase: { kind: "listing", paged: false },
    effects: [discard, { kind: "list" }],
  },
  {
    name: "a list that fails half way begins from the first page, after a wait",
    from: listing,
    input: failed("ServerError"),
    phase: { kind: "waiting", paged: true },
    effects: [wait(50)],
  },
  {
    name: "a watch that the server ends in good order is opened again from where it was",
    from: watchingSince(0, 3),
    now: 400_000,
    input: { kind: "closed" },
    phase: { kind: "watching", resourceVersion: "7", since: 400_000, received: 0 },
    effects: [watchFrom7],
  },
  {
    name: "a very short watch without events backs off, and needs no list",
    from: watchingSince(0),
    now: 999,
    input: { kind: "closed" },
    phase: { kind: "waiting", resourceVersion: "7" },
    effects: [wait(50)],
  },
  {
    name: "a change moves the resource version",
    from: watchingSince(0),
    input: { kind: "change", resourceVersion: "8" },
    phase: { kind: "watching", resourceVersion: "8", since: 0, received: 1 },
    effects: [],
  },
  {
    name: "a bookmark moves the resource version",
    from: watchingSince(0),
    input: { kind: "bookmark", resourceVersion: "80" },
    phase: { kind: "watching", resourceVersion: "80", since: 0, received: 1 },
    effects: [],
  },
  {
    name: "a change from an earlier history leads to a new list",
    from: watchingSince(0, 5),
    input: { kind: "change", resourceVersion: "6" },
    phase: { kind: "waiting" },
    effects: [close, wait(50)],
  },
  {
    name: "a bookmark from an earlier history leads to a new list",
    from: watchingSince(0),
    input: { kind: "bookmark", resourceVersion: "6" },
    phase: { kind: "waiting" },
    effects: [close, wait(50)],
  },
  {
    name: "a bookmark of the same version is no step back",
    from: watchingSince(0),
    input: { kind: "bookmark", resourceVersion: "7" },
    phase: { kind: "watching", resourceVersion: "7", since: 0, received: 1 },
    effects: [],
  },
  {
    name: "an expired resource version (410) leads to a new list",
    from: watchingSince(0),
    input: failed("Expired"),
    phase: { kind: "waiting" },
    effects: [wait(50)],
  },
  {
    name: "a refused connection keeps the resource version",
    from: watchingSince(0),
    input: failed("Unreachable"),
    phase: { kind: "waiting", resourceVersion: "7" },
    effects: [wait(50)],
  },
  {
    name: "429 keeps the resource version and waits as long as the server says",
    from: watchingSince(0),
    input: failed("TooManyRequests", 7000),
    phase: { kind: "waiting", resourceVersion: "7" },
    effects: [wait(7000)],
  },
  {
    name: "a forbidden watch keeps the resource version: permissions come and go",
    from: watchingSince(0),
    input: failed("Forbidden"),
    phase: { kind: "waiting", resourceVersion: "7" },
    effects: [wait(50)],
  },
  {
    name: "a kind that is no longer served is listed when it is back",
    from: watchingSince(0),
    input: failed("ResourceMissing"),
    phase: { kind: "waiting" },
    effects: [wait(50)],
  },
  {
    name: "a malformed line leads to a new list: what it said is lost",
    from: watchingSince(0, 5),
    input: { kind: "malformed" },
    phase: { kind: "waiting" },
    effects: [close, wait(50)],
  },
  {
    name: "a silent watch is opened again from where it was, on a new connection",
    from: watchingSince(0, 5),
    now: 150_000,
    input: { kind: "silent" },
    phase: { kind: "watching", resourceVersion: "7", since: 150_000, received: 0 },
    effects: [close, reconnect, { ...watchFrom7, verify: true }],
  },
  {
    name: "after a wait with a resource version the watch goes on",
    from: inPhase({ kind: "waiting", resourceVersion: "7" }),
    input: { kind: "elapsed" },
    phase: { kind: "watching", resourceVersion: "7", since: 0, received: 0 },
    effects: [watchFrom7],
  },
  {
    name: "after a wait without a resource version everything is listed",
    from: inPhase({ kind: "waiting" }),
    input: { kind: "elapsed" },
    phase: { kind: "streaming" },
    effects: [discard, streamingList],
  },
  {
    name: "an input that comes too late changes nothing",
    from: inPhase({ kind: "waiting", resourceVersion: "7" }),
    input: { kind: "change", resourceVersion: "8" },
    phase: { kind: "waiting", resourceVersion: "7" },
    effects: [],
  },
];

for (const row of rows) {
  Deno.test(row.name, () => {
    const { state, effects } = step(row.from, row.input, at(row.now ?? 0));
    assert.deepEqual(state.phase, row.phase);
    assert.deepEqual(effects, row.effects);
  });
}

Deno.test("watches end after 5 to 10 minutes, at random", () => {
  const timeout = (random: number) => {
    const { effects } = step(initialReflectorState, { kind: "start" }, at(0, random));
    const effect = effects.at(-1)!;
    return effect.kind === "watch" ? effect.timeoutSeconds : undefined;
  };
  assert.equal(timeout(0), 300);
  assert.equal(timeout(0.5), 450);
  assert.equal(timeout(0.9999), 600);
});

Deno.test("delays: soon once, then 0.8 s doubling to 30 s, with up to as much again by chance", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 7, 20].map((failures) => retryDelay(failures, 0));
  assert.deepEqual(delays, [50, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
  assert.equal(retryDelay(20, 1), 60_000);
});

Deno.test("a missing CustomResourceDefinition is asked for at least every four seconds", () => {
  assert.equal(retryDelay(20, 1, "ResourceMissing"), 4_000);
  assert.equal(retryDelay(20, 1, "Unauthorized"), 10_000);
});

Deno.test("a watch that lived for ten seconds wipes out earlier failures", () => {
  const tired = (since: number) =>
    inPhase({ kind: "watching", resourceVersion: "7", since, received: 1 }, { failures: 6 });
  const young = step(tired(0), failed("Unreachable"), at(9_999));
  assert.deepEqual(young.effects, [wait(25_600)]);
  const old = step(tired(0), failed("Unreachable"), at(10_000));
  assert.deepEqual(old.effects, [wait(50)]);
});

Deno.test("410 after other trouble leads to a list soon; 410 again and again backs off", () => {
  const tired = inPhase(
    { kind: "watching", resourceVersion: "7", since: 0, received: 0 },
    { failures: 4, lastFailure: "Unreachable" },
  );
  const first = step(tired, failed("Expired"), at(0));
  assert.deepEqual(first.effects, [wait(50)]);
  const again = step({ ...first.state, phase: tired.phase }, failed("Expired"), at(0));
  assert.deepEqual(again.effects, [wait(12_800)]);
});

for (const reason of ["Unreachable", "ServerError", "Timeout"] as const) {
  Deno.test(`after ${reason} the server is asked whether it still knows our history`, () => {
    const { state } = step(watchingSince(0), failed(reason), at(0));
    const { effects } = step(state, { kind: "elapsed" }, at(0));
    assert.deepEqual(effects, [{ ...watchFrom7, verify: true }]);
  });
}

Deno.test("a server that refused a streaming list is not asked for one again", () => {
  let state = step(streaming, failed("Invalid"), at(0)).state;
  state = step(state, failed("Unreachable"), at(0)).state;
  assert.deepEqual(step(state, { kind: "elapsed" }, at(0)).effects, [discard, list]);
});

const reasons: ApiErrorReason[] = [
  "Expired",
  "Unreachable",
  "TooManyRequests",
  "ServerError",
  "ResourceMissing",
  "Forbidden",
  "Timeout",
  "Invalid",
  "Protocol",
];

const anyInput: fc.Arbitrary<ReflectorInput> = fc.oneof(
  fc.constantFrom<ReflectorInput>(
    { kind: "collected" },
    { kind: "malformed" },
    { kind: "closed" },
    { kind: "silent" },
    { kind: "elapsed" },
    { kind: "start" },
  ),
  fc.constantFrom(...reasons).map((reason) => failed(reason)),
  fc.integer({ min: 1, max: 99 }).map((version): ReflectorInput => ({
    kind: "change",
    resourceVersion: String(version),
  })),
  fc.integer({ min: 1, max: 99 }).map((version): ReflectorInput => ({
    kind: "complete",
    resourceVersion: String(version),
  })),
  fc.record({ kind: fc.constant("page" as const), resourceVersion: fc.constant("5") }),
);

/** What the shell has under way after it has performed these effects. */
function underWay(effects: readonly ReflectorEffect[], before: string | undefined) {
  let now = before;
  for (const { kind } of effects) {
    if (kind === "list" || kind === "watch" || kind === "wait") now = kind;
  }
  return now;
}

Deno.test("whatever happens, there is always exactly one thing under way that goes on", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyInput, fc.nat(20_000)), { maxLength: 60 }), (inputs) => {
      let { state, effects } = step(initialReflectorState, { kind: "start" }, at(0));
      let activity = underWay(effects, undefined);
      let now = 0;
      for (const [input, passed] of inputs) {
        now += passed;
        ({ state, effects } = step(state, input, at(now)));
        const long = effects.filter(({ kind }) => ["list", "watch", "wait"].includes(kind));
        assert(long.length <= 1, "two long activities at once");
        activity = underWay(effects, activity);
        const expected = {
          streaming: "watch",
          watching: "watch",
          listing: "list",
          waiting: "wait",
        };
        assert.notEqual(state.phase.kind, "idle");
        assert.equal(activity, expected[state.phase.kind as keyof typeof expected]);
      }
    }),
  );
});

Deno.test("a watch is never opened from a version that the server called expired", () => {
  fc.assert(fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
    let { state } = step(initialReflectorState, { kind: "start" }, at(0));
    let stale = false;
    for (const input of inputs) {
      const { phase } = state;
      const result = step(state, input, at(0));
      if (phase.kind === "watching" && input.kind === "failed") {
        stale = input.failure.reason === "Expired";
      }
      if (result.effects.some(({ kind }) => kind === "replace")) stale = false;
      const watch = result.effects.find((effect) => effect.kind === "watch");
      assert(!(stale && watch?.resourceVersion !== undefined));
      state = result.state;
    }
  }));
});
