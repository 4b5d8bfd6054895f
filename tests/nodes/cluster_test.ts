/**
 * The harness of real nodes: that what it starts is a cluster, and that nothing of it stays.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually, Sandbox } from "../harness/mod.ts";
import { EchoWorld } from "./echo_world.ts";
import { type Footprint, remainsOf } from "./footprint.ts";

Deno.test("pods run on real nodes, are reached at node ports of all nodes, and leave nothing behind", async () => {
  let footprint: Footprint;
  {
    await using world = await EchoWorld.start();
    ({ footprint } = world);
    assert.ok(footprint.namespaces.length >= 4, "two nodes and a pod on each");
    assert.notDeepEqual(await remainsOf(footprint), [], "while it runs it is seen");
  }
  assert.deepEqual(await remainsOf(footprint), []);
});

Deno.test("nothing of nodes and pods stays when the program that started them is killed", async () => {
  // A sandbox of its own would clean up after its children: they must manage without.
  await using sandbox = await Sandbox.create("killed");
  const module = fileURLToPath(new URL("./echo_world.ts", import.meta.url));
  const owner = await sandbox.start({
    name: "owner",
    command: Deno.execPath(),
    args: ["run", "--no-check", "--allow-all", "--no-prompt", module],
  });
  const printed = await eventually(async () => /^\{.*\}$/m.exec(await owner.log()), {
    deadline: 90_000,
    describe: () => owner.logTail(),
  });
  const footprint: Footprint = JSON.parse(printed[0]);
  assert.notDeepEqual(await remainsOf(footprint), []);
  await owner.kill("SIGKILL");
  let remains: string[] = [];
  await eventually(async () => (remains = await remainsOf(footprint)).length === 0, {
    deadline: 15_000,
    describe: () => `the end of ${remains.join(", ")}`,
  });
});
