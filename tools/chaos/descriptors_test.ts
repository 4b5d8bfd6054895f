import assert from "node:assert/strict";
import { countDescriptors, describeDifference, readDescriptors } from "./descriptors.ts";

Deno.test("a connection of this process is told by its peer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const kind = `socket to 127.0.0.1:${listener.addr.port}`;
  const before = await readDescriptors(Deno.pid);
  using _connection = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const now = await readDescriptors(Deno.pid);
  assert.equal(before.get(kind), undefined);
  // Not the total: tests of other files run in this process at the same time.
  assert.equal(now.get(kind), 1);
});

Deno.test("all kinds are counted together", () => {
  assert.equal(countDescriptors(new Map([["pipe", 3], ["socket to a", 1]])), 4);
});

Deno.test("a difference names what is more and what is less", () => {
  const before = new Map([["pipe", 3], ["socket to a", 1], ["same", 2]]);
  const now = new Map([["pipe", 2], ["socket to a", 3], ["same", 2], ["new", 1]]);
  assert.equal(describeDifference(before, now), "+1 new, -1 pipe, +2 socket to a");
});
