import assert from "node:assert/strict";
import { freePort } from "./free_port.ts";

Deno.test("free ports are different and can be bound", () => {
  const ports = Array.from({ length: 20 }, () => freePort());
  assert.equal(new Set(ports).size, ports.length);
  for (const port of ports) Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("a port that somebody listens on is passed over", () => {
  const choices = [0.5, 0.5, 0.75];
  const taken = freePort("127.0.0.2", () => 0.5);
  using _listener = Deno.listen({ hostname: "127.0.0.2", port: taken });
  assert.notEqual(freePort("127.0.0.2", () => choices.shift() ?? 0), taken);
});
