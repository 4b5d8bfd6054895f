/**
 * A host whose Envoy is missing, or ends at once: the load balancer says why, and is served as soon
 * as there is an Envoy that works.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ask } from "../../tools/demo/answers.ts";
import { eventually, findBinary, Sandbox, TcpBackend } from "../harness/mod.ts";
import { HubFixture } from "../manager/hub_fixture.ts";

Deno.test("a load balancer without an Envoy says why, and is served once there is one", async () => {
  await using programs = await Sandbox.create("programs");
  const path = programs.path("envoy");
  await using fixture = await HubFixture.start({ managerFlags: [`--envoy-path=${path}`] });
  await using _backend = new TcpBackend({
    address: fixture.network.nodeAddress(1),
    port: 31080,
    identity: "node-1",
  });
  await fixture.tenants("acme");
  const unavailable = { status: "False", reason: "EnvoyUnavailable" };
  await fixture.createLoadBalancer("acme", "web");
  const missing = await fixture.condition("acme", "web", "Programmed", unavailable);
  assert.ok(missing.message.includes(`${path}: there is no such file`), missing.message);

  const script = await programs.write("crashing", "#!/bin/sh\necho out of luck >&2\nexit 3\n");
  await Deno.chmod(script, 0o755);
  await Deno.rename(script, path);
  await eventually(async () => {
    const { message } = await fixture.condition("acme", "web", "Programmed", unavailable);
    assert.match(message, /exited with code 3 .*out of luck/);
    return true;
  }, { describe: "the last words of the crashing Envoy", deadline: 40_000 });
  const { manager } = fixture.hub;
  const starts = (await manager.log()).split("started Envoy").length - 1;
  assert.ok(starts < 10, `started ${starts} times: there are pauses`);

  await Deno.symlink(await findBinary("envoy"), programs.path("working"));
  await Deno.rename(programs.path("working"), path);
  const address = await fixture.addressOf("acme", "web");
  await eventually(() => ask("TCP", address, 8080), {
    describe: "an answer through the Envoy that works",
    deadline: 40_000,
  });
  await fixture.condition("acme", "web", "Programmed", { status: "True" });
});
