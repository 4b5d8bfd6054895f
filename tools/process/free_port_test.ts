import assert from "node:assert/strict";
import { systemRandom } from "../../base/random.ts";
import { freePort } from "./free_port.ts";

Deno.test("free ports are different and can be bound", () => {
  const ports = Array.from({ length: 20 }, () => freePort());
  assert.equal(new Set(ports).size, ports.length);
  for (const port of ports) Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("a port that somebody listens on is passed over", () => {
  // Not always the same one: what else runs on this machine may have it.
  let choice = 0;
  const taken = freePort("127.0.0.2", () => choice = systemRandom());
  using _listener = Deno.listen({ hostname: "127.0.0.2", port: taken });
  const choices = [choice, choice];
  assert.notEqual(freePort("127.0.0.2", () => choices.shift() ?? systemRandom()), taken);
  assert.deepEqual(choices, []);
});
