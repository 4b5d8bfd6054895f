/** Whatever happened: once it is quiet, the client has what the server has. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { typeUrls } from "../proto/mod.ts";
import { deltaProtocol, isFullState, sotwProtocol } from "./protocol.ts";
import type { RequestHeader } from "./request.ts";
import { ResourceStore } from "./resource_store.ts";
import { DeltaClient } from "./testing/delta_client.ts";
import { drop, put, readDelta, readSotw, resource, withhold } from "./testing/requests.ts";
import { Simulation } from "./testing/simulation.ts";
import { SotwClient } from "./testing/sotw_client.ts";

const types = [typeUrls.cluster, typeUrls.endpoint];
const names = ["a", "b", "c", "d"];

const typeUrl = fc.constantFrom(...types);
const name = fc.constantFrom(...names);
const nameOrStar = fc.constantFrom(...names, "*");

/** What is different after a restart: no content means that the resource is gone. */
const change = fc.tuple(typeUrl, name, fc.constantFrom("1", "2", undefined));
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** One thing that can happen; each in a form that shrinks and prints well. */
const event = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant("set"), typeUrl, name, fc.constantFrom("1", "2")) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("delete"), typeUrl, name) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("withhold"), typeUrl, name) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("subscribe"), typeUrl, nameOrStar) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("unsubscribe"), typeUrl, nameOrStar) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("send")) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("accept")) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("refuse")) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("reconnect"), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("settle")) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("stall"), fc.integer({ min: 1, max: 8 })) },
  // Another server: with the same content, or after changes that this client never heard of.
  { weight: 1, arbitrary: fc.tuple(fc.constant("restart"), fc.boolean(), fc.array(change)) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

function play<Request extends RequestHeader>(simulation: Simulation<Request>, event: Event): void {
  const [kind, ...args] = event as [string, ...unknown[]];
  const [type, name, content] = args as [string, string, string];
  switch (kind) {
    case "set":
      return put(simulation.store, resource(name, content, type));
    case "delete":
      return drop(simulation.store, name, type);
    case "withhold":
      return withhold(simulation.store, name, type);
    case "subscribe":
      return simulation.subscribe(type, name);
    case "unsubscribe":
      return simulation.unsubscribe(type, name);
    case "send":
      return void simulation.send();
    case "accept":
      return void simulation.read(true);
    case "refuse":
      return void simulation.read(false);
    case "reconnect":
      return simulation.reconnect(args[0] as boolean);
    case "settle":
      return simulation.settle();
    case "stall":
      return simulation.stall(args[0] as number);
    case "restart": {
      const [keep, changes] = args as [boolean, Change[]];
      return simulation.restart(restarted(simulation.store, changes), keep);
    }
  }
}

/** The store of the next server. What an earlier one withheld is not known to it. */
function restarted(store: ResourceStore, changes: readonly Change[]): ResourceStore {
  const next = new ResourceStore("fleet");
  for (const typeUrl of types) {
    for (const name of names) {
      const found = store.get(typeUrl, name);
      if (found) put(next, found);
    }
  }
  for (const [typeUrl, name, content] of changes) {
    if (content === undefined) drop(next, name, typeUrl);
    else put(next, resource(name, content, typeUrl));
  }
  return next;
}

function contentOf<Request extends RequestHeader>(
  { store }: Simulation<Request>,
  typeUrl: string,
  name: string,
): string | undefined {
  const found = store.get(typeUrl, name);
  return found && new TextDecoder().decode(found.body).split("=")[1];
}

function assertAgreed<Request extends RequestHeader>(
  simulation: Simulation<Request>,
  removalsAreTold: (typeUrl: string) => boolean,
): void {
  const { client } = simulation;
  for (const typeUrl of types) {
    for (const name of names) {
      const wanted = client.covers(typeUrl, name)
        ? contentOf(simulation, typeUrl, name)
        : undefined;
      if (client.unsure(typeUrl, name)) continue;
      // Whether it still holds what is withheld depends on what happened.
      if (simulation.store.isKept(typeUrl, name)) continue;
      if (wanted === undefined && !removalsAreTold(typeUrl)) continue;
      assert.equal(client.held(typeUrl, name), wanted, `${typeUrl} ${name}`);
    }
  }
}

const history = fc.array(event, { maxLength: 60, size: "max" });
const runs = { numRuns: 2000 };

Deno.test("property: delta converges after every history", () => {
  fc.assert(
    fc.property(history, (events) => {
      const client = new DeltaClient(types, [typeUrls.cluster]);
      const simulation = new Simulation(deltaProtocol, client, readDelta);
      for (const event of events) play(simulation, event);
      simulation.finish();
      assertAgreed(simulation, () => true);
    }),
    runs,
  );
});

Deno.test("property: state of the world converges after every history", () => {
  fc.assert(
    fc.property(history, (events) => {
      const client = new SotwClient(types, [typeUrls.cluster]);
      const simulation = new Simulation(sotwProtocol, client, readSotw);
      for (const event of events) play(simulation, event);
      simulation.finish();
      assertAgreed(simulation, isFullState);
    }),
    runs,
  );
});

Deno.test("property: a delta client keeps exactly what it held of names that are withheld", () => {
  fc.assert(
    fc.property(history, fc.subarray(names), history, (before, withheld, after) => {
      const client = new DeltaClient(types, [typeUrls.cluster]);
      const simulation = new Simulation(deltaProtocol, client, readDelta);
      for (const event of before) play(simulation, event);
      simulation.finish();
      const held = () => withheld.map((name) => types.map((type) => client.held(type, name)));
      const expected = held();
      // Another server, which does not know the content of some of the names.
      for (const name of withheld) for (const type of types) withhold(simulation.store, name, type);
      simulation.reconnect(true);
      // Nothing that concerns these names happens: they are not set, and not asked for again.
      const others = after.filter((event) => !concerns(event, withheld));
      for (const event of others) play(simulation, event);
      simulation.finish();
      assert.deepEqual(held(), expected);
      for (const name of withheld) for (const type of types) drop(simulation.store, name, type);
      simulation.finish();
      assertAgreed(simulation, () => true);
    }),
    { numRuns: 1000 },
  );
});

/** Whether an event changes, asks for, or lets the client lose one of `names`. */
function concerns([kind, ...args]: Event, names: readonly string[]): boolean {
  if (kind === "restart") return true;
  if (kind === "reconnect") return args[0] === false;
  return [...names, "*"].includes(args[1] as string);
}
