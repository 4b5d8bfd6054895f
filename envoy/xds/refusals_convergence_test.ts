/** A client that refuses some content still gets all other content, whatever happens, and it ends. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { FakeClock } from "../../base/fake_clock.ts";
import { silentLogger } from "../../base/logger.ts";
import { envoy, typeUrls } from "../proto/mod.ts";
import { DiscoveryService } from "./discovery_service.ts";
import type { Variant } from "./protocol.ts";
import { ResourceStores } from "./resource_stores.ts";
import { drop, put, readDelta, readSotw, resource } from "./testing/requests.ts";
import type { Response } from "./type_stream.ts";

const { DeltaDiscoveryRequest, DiscoveryRequest } = envoy.service.discovery.v3;
const typeUrl = typeUrls.cluster;
const names = ["a", "ab", "c", "d", "e"];

/** Refuses whole responses that hold content which begins with "bad"; applies nothing of them. */
class PickyClient {
  held = new Map<string, string>();
  responses = 0;
  #session: ReturnType<DiscoveryService["open"]>;

  constructor(
    service: DiscoveryService,
    private readonly variant: Variant,
    private readonly says: (names: readonly string[]) => string,
    before?: PickyClient,
  ) {
    const send = (message: Uint8Array) => {
      // As on a line: what is sent is read later.
      queueMicrotask(() => this.#read(message));
      return true;
    };
    const transport = { peer: { address: "peer" }, send, end() {} };
    this.#session = service.open(transport, { path: "", variant });
    if (before) this.held = before.held;
    const versions = [...this.held].map(([name, content]) => [
      name,
      resource(name, content).version,
    ]);
    this.#answer({ node: { id: "a", cluster: "" } }, Object.fromEntries(versions));
  }

  close(): void {
    this.#session.close();
  }

  #read(bytes: Uint8Array): void {
    this.responses++;
    const response = { bytes } as Response;
    const { nonce, resources, removed, version } = this.variant === "delta"
      ? readDelta(response)
      : readSotw(response);
    const bad = Object.keys(resources).filter((name) => resources[name]!.startsWith("bad"));
    if (bad.length > 0) {
      return this.#answer({ responseNonce: nonce, errorDetail: { message: this.says(bad) } });
    }
    if (this.variant === "sotw") this.held.clear();
    for (const [name, content] of Object.entries(resources)) this.held.set(name, content);
    for (const name of removed) this.held.delete(name);
    this.#answer({ responseNonce: nonce, ...(version ? { versionInfo: version } : {}) });
  }

  #answer(fields: object, initialResourceVersions: Record<string, string> = {}): void {
    const bytes = this.variant === "delta"
      ? DeltaDiscoveryRequest.encode({ typeUrl, initialResourceVersions, ...fields })
      : DiscoveryRequest.encode({ typeUrl, ...fields });
    this.#session.receive(bytes.finish());
  }
}

const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constant("set"),
      fc.constantFrom(...names),
      fc.constantFrom("good1", "good2", "bad1", "bad2"),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant("delete"), fc.constantFrom(...names)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("time"), fc.constantFrom(0, 20, 60, 200)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("reconnect")) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

const sayings: Record<string, (names: readonly string[]) => string> = {
  "names the guilty": (names) => `Error adding/updating cluster(s) ${names.join(": no, ")}: no`,
  "names one of them": (names) => `cluster ${names[0]}: no`,
  "names nobody": () => "no",
};

async function play(
  variant: Variant,
  says: (names: readonly string[]) => string,
  events: readonly Event[],
): Promise<void> {
  const stores = new ResourceStores();
  const clock = new FakeClock();
  const authorize = () => ({ fleet: "a" });
  using service = new DiscoveryService({ stores, clock, log: silentLogger, authorize });
  const store = stores.get("a");
  stores.markSynced();
  let client = new PickyClient(service, variant, says);
  for (const [kind, first, second] of events as [string, unknown, unknown][]) {
    if (kind === "set") put(store, resource(first as string, second as string));
    else if (kind === "delete") drop(store, first as string);
    else if (kind === "time") await clock.advance(first as number);
    else {
      client.close();
      client = new PickyClient(service, variant, says, client);
    }
  }
  await settle(clock, 3_000);
  for (const name of names) {
    const wanted = store.get(typeUrl, name);
    const content = wanted && new TextDecoder().decode(wanted.body).split("=")[1];
    assert.ok(!content?.startsWith("bad"), `${name} is in quarantine`);
    if (wanted !== undefined) assert.equal(client.held.get(name), content, name);
    assert.ok(!client.held.get(name)?.startsWith("bad"));
  }
  const before = client.responses;
  await settle(clock, 600_000);
  assert.equal(client.responses, before, "it is quiet");
}

/** Lets time pass in small steps, so that answers come between them. */
async function settle(clock: FakeClock, milliseconds: number): Promise<void> {
  const step = Math.max(10, milliseconds / 300);
  for (let passed = 0; passed < milliseconds; passed += step) await clock.advance(step);
}

for (const variant of ["delta", "sotw"] as const) {
  for (const [what, says] of Object.entries(sayings)) {
    Deno.test(`property: ${variant}: a client that ${what} gets everything else`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(event, { maxLength: 40, size: "max" }),
          (events) => play(variant, says, events),
        ),
        { numRuns: 60 },
      );
    });
  }
}
