/** The life of Envoy processes under the host runtime. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { adminClient } from "../../fleet/host/admin_client.ts";
import { identify, isAlive } from "../../fleet/host/process_identity.ts";
import { rotateLogs } from "../../fleet/host/log_rotation.ts";
import type { HostRuntime } from "../../fleet/host/host_runtime.ts";
import { askTcp, eventually, TcpBackend } from "../harness/mod.ts";
import { Fixture, fleet, l4Service, running } from "./fixture.ts";

/** A front port with one backend that answers "blue". */
function blueService() {
  const blue = new TcpBackend({ identity: "blue" });
  const service = l4Service({ endpoints: [{ address: "127.0.0.1", port: blue.port }] });
  const { addresses: [address], port } = service.binding;
  return {
    service,
    ask: () => askTcp(address!, port),
    [Symbol.asyncDispose]: () => blue[Symbol.asyncDispose](),
  };
}

/** Kills the fleet's Envoy; milliseconds until another one answers. */
async function killAndMeasure(runtime: HostRuntime, ask: () => Promise<string>): Promise<number> {
  const before = runtime.status(fleet).pid!;
  const start = performance.now();
  Deno.kill(before, "SIGKILL");
  await eventually(async () => runtime.status(fleet).pid !== before && await ask() === "blue", {
    interval: 10,
  });
  return performance.now() - start;
}

async function assertNothingLeft(fixture: Fixture): Promise<void> {
  const folders = await Array.fromAsync(Deno.readDir(fixture.sandbox.path("state", "fleets")));
  assert.deepEqual(folders, []);
}

Deno.test("a fleet serves, survives kill -9 within a second, and leaves nothing behind", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  fixture.serve(blue.service);
  const runtime = await fixture.start();
  assert.equal(await blue.ask(), "blue");

  const took = await killAndMeasure(runtime, blue.ask);
  assert(took < 1_000, `took ${took} ms`);
  assert.equal(runtime.status(fleet).crashes, 1);
  await running(runtime);

  const { pid } = runtime.status(fleet);
  await runtime.remove(fleet);
  assert.equal(identify(pid!), undefined);
  assert.deepEqual(runtime.fleets(), []);
  assert.deepEqual(runtime.status(fleet), { state: "stopped" });
  await assertNothingLeft(fixture);
  await assert.rejects(blue.ask());
});

Deno.test("the next manager adopts a living Envoy, and starts another when that one is killed", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  fixture.serve(blue.service);
  await using xds = await fixture.startXds();
  const first = await fixture.openRuntime(xds.port);
  await first.ensure(fleet);
  await running(first);
  const { pid } = first.status(fleet);
  await first[Symbol.asyncDispose]();
  await assert.rejects(first.ensure(fleet), /disposed/);
  assert.equal(await blue.ask(), "blue");

  await using second = await fixture.openRuntime(xds.port);
  await second.ensure(fleet);
  await running(second);
  assert.equal(second.status(fleet).pid, pid);
  const took = await killAndMeasure(second, blue.ask);
  assert(took < 1_000, `took ${took} ms`);
  await second.remove(fleet);
});

Deno.test("an Envoy is adopted although its manager died before it wrote down which it is", async () => {
  await using fixture = await Fixture.create();
  await using xds = await fixture.startXds();
  const first = await fixture.openRuntime(xds.port);
  await first.ensure(fleet);
  await running(first);
  const { pid } = first.status(fleet);
  await first[Symbol.asyncDispose]();
  const record = fixture.sandbox.path("state", "fleets", fleet, "process.json");
  const { process: _, ...before } = JSON.parse(await Deno.readTextFile(record));
  await Deno.writeTextFile(record, JSON.stringify(before));

  await using second = await fixture.openRuntime(xds.port);
  await second.ensure(fleet);
  assert.equal(second.status(fleet).pid, pid);
  await second.remove(fleet);
});

Deno.test("an Envoy that a manager was draining when it died is ended, and replaced if wanted", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  fixture.serve(blue.service);
  await using xds = await fixture.startXds();
  const first = await fixture.openRuntime(xds.port);
  await first.ensure(fleet);
  await running(first);
  const { pid } = first.status(fleet);
  const { addresses: [hostname], port } = blue.service.binding;
  using connection = await Deno.connect({ hostname: hostname!, port });
  const removed = first.remove(fleet);
  await eventually(() => blue.ask().then(() => false, () => true), { describe: "a refusal" });
  await first[Symbol.asyncDispose]();
  await removed;
  assert(isAlive(identify(pid!)!));

  await using second = await fixture.openRuntime(xds.port);
  assert.deepEqual(second.fleets(), [fleet]);
  await second.ensure(fleet);
  assert.equal(second.status(fleet).state, "stopping");
  connection.close();
  await running(second);
  assert.notEqual(second.status(fleet).pid, pid);
  assert.equal(await blue.ask(), "blue");
  await second.remove(fleet);
});

Deno.test("a fleet that is removed and wanted many times over ends as it was wanted last", async () => {
  await using fixture = await Fixture.create();
  const runtime = await fixture.start();
  const work = [];
  for (let round = 0; round < 5; round++) {
    work.push(runtime.remove(fleet));
    await eventually(() => runtime.status(fleet).state !== "running");
    work.push(runtime.ensure(fleet));
    if (round % 2 === 0) await running(runtime);
  }
  await Promise.all(work);
  await running(runtime);
  await runtime.remove(fleet);
  await assertNothingLeft(fixture);
});

Deno.test("kill -9 of the manager drops no request, and a new one on another port takes over", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  await using green = new TcpBackend({ identity: "green" });
  const command = Deno.execPath();
  const args = (service: unknown) => [
    ...["run", "-A", "--no-check", new URL("manager_process.ts", import.meta.url).pathname],
    ...[fixture.stateDirectory, fixture.envoyPath, JSON.stringify(service)],
  ];
  const first = await fixture.sandbox.start({ name: "first", command, args: args(blue.service) });
  await eventually(async () => await blue.ask() === "blue", { deadline: 20_000 });
  await first.kill("SIGKILL");
  for (let request = 0; request < 50; request++) assert.equal(await blue.ask(), "blue");

  const endpoints = [{ address: "127.0.0.1", port: green.port }];
  const changed = { ...blue.service, endpoints };
  const second = await fixture.sandbox.start({ name: "second", command, args: args(changed) });
  await eventually(async () => await blue.ask() === "green", { deadline: 20_000 });
  const log = await second.log();
  assert.match(log, /adopted a running Envoy/);
  assert.doesNotMatch(log, /started Envoy/);

  // SIGTERM, too, leaves the Envoy serving.
  await second.kill("SIGTERM");
  assert.equal(await blue.ask(), "green");
});

Deno.test("SIGTERM of a manager that is to drain ends its Envoys", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  const manager = await fixture.sandbox.start({
    name: "manager",
    command: Deno.execPath(),
    args: [
      ...["run", "-A", "--no-check", new URL("manager_process.ts", import.meta.url).pathname],
      ...[fixture.stateDirectory, fixture.envoyPath, JSON.stringify(blue.service), "drain"],
    ],
  });
  await eventually(async () => await blue.ask() === "blue", { deadline: 20_000 });
  const { code } = await manager.kill("SIGTERM");
  assert.equal(code, 0, await manager.logTail());
  await assert.rejects(blue.ask());
  await assertNothingLeft(fixture);
});

Deno.test("a second manager stands by until the first lets go", async () => {
  await using fixture = await Fixture.create();
  const first = await fixture.openRuntime(1);
  const impatient = AbortSignal.timeout(50);
  await assert.rejects(fixture.openRuntime(1, {}, impatient), { name: "TimeoutError" });
  let taken = false;
  const second = fixture.openRuntime(1).finally(() => taken = true);
  assert.equal(taken, false);
  await first[Symbol.asyncDispose]();
  await using _second = await second;
});

Deno.test("a state directory that cannot be used is named", async () => {
  await using fixture = await Fixture.create();
  const file = await fixture.sandbox.write("file", "");
  await assert.rejects(
    fixture.openRuntime(1, { stateDirectory: join(file, "state") }),
    /state directory .*file\/state cannot be used/,
  );
});

Deno.test("without an Envoy the status says what to do, and the fleet runs once there is one", async () => {
  await using fixture = await Fixture.create();
  await using xds = await fixture.startXds();
  const envoyPath = fixture.sandbox.path("envoy");
  await using runtime = await fixture.openRuntime(xds.port, { envoyPath, random: () => 0 });
  await runtime.ensure(fleet);
  const { state, message } = runtime.status(fleet);
  assert.equal(state, "failed");
  assert.match(message!, /no such file; install Envoy, or name it by --envoy-path/);

  await Deno.writeTextFile(envoyPath, "", { mode: 0o600 });
  await eventually(() => /not executable/.test(runtime.status(fleet).message ?? ""));
  await Deno.remove(envoyPath);
  await Deno.symlink(fixture.envoyPath, envoyPath);
  await running(runtime);
  await runtime.remove(fleet);
});

Deno.test("an Envoy that ends at once is tried again with pauses, and its last words are told", async () => {
  await using fixture = await Fixture.create();
  const envoyPath = fixture.sandbox.path("envoy");
  await Deno.writeTextFile(envoyPath, "#!/bin/sh\necho '[critical] no good' >&2\nexit 3\n", {
    mode: 0o700,
  });
  await using runtime = await fixture.openRuntime(1, { envoyPath });
  await runtime.ensure(fleet);
  await eventually(() => runtime.status(fleet).state === "backoff");
  assert.match(
    runtime.status(fleet).message!,
    /^Envoy exited with code 3 \d\.\d s after its start: no good$/,
  );
  assert.equal(runtime.status(fleet).crashes, 2);
  await runtime.remove(fleet);
  assert.deepEqual(runtime.fleets(), []);
});

Deno.test("a fleet wanted again while it ends gets a new Envoy", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  fixture.serve(blue.service);
  const runtime = await fixture.start();
  const { pid } = runtime.status(fleet);
  const removed = runtime.remove(fleet);
  const ensured = runtime.ensure(fleet);
  await Promise.all([removed, ensured]);
  await running(runtime);
  assert.notEqual(runtime.status(fleet).pid, pid);
  assert.equal(await blue.ask(), "blue");
});

Deno.test("a removed fleet takes no new connections and lets the open ones finish", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  fixture.serve(blue.service);
  const runtime = await fixture.start({ drainSeconds: 30 });
  const { addresses: [hostname], port } = blue.service.binding;
  using connection = await Deno.connect({ hostname: hostname!, port });
  await connection.read(new Uint8Array(100));

  const removed = runtime.remove(fleet);
  await eventually(() => blue.ask().then(() => false, () => true), { describe: "a refusal" });
  assert.equal(runtime.status(fleet).state, "stopping");
  await connection.write(new TextEncoder().encode("still here"));
  const buffer = new Uint8Array(100);
  const length = await connection.read(buffer);
  assert.equal(new TextDecoder().decode(buffer.subarray(0, length!)), "still here");
  connection.close();
  await removed;
  assert.deepEqual(runtime.fleets(), []);
});

Deno.test("connections that outlast the drain time do not keep a removed fleet", async () => {
  await using fixture = await Fixture.create();
  await using blue = blueService();
  fixture.serve(blue.service);
  const runtime = await fixture.start({ drainSeconds: 1 });
  const { addresses: [hostname], port } = blue.service.binding;
  using connection = await Deno.connect({ hostname: hostname!, port });
  await connection.read(new Uint8Array(100));
  await runtime.remove(fleet);
  assert.equal(await connection.read(new Uint8Array(100)).catch(() => null), null);
});

Deno.test("a state directory with a long path works", async () => {
  await using fixture = await Fixture.create();
  const stateDirectory = fixture.sandbox.path("x".repeat(120));
  const runtime = await fixture.start({ stateDirectory });
  assert.equal(runtime.status(fleet).state, "running");
});

Deno.test("stats and readiness can be asked for on loopback, the admin interface cannot", async () => {
  await using fixture = await Fixture.create();
  const runtime = await fixture.start();
  const { statsAddress, readyAddress } = runtime.status(fleet);
  const get = async (address: string, path: string, method = "GET") => {
    const response = await fetch(`http://${address}${path}`, { method });
    return { status: response.status, body: await response.text() };
  };
  assert.deepEqual(await get(readyAddress!, "/ready"), { status: 200, body: "LIVE\n" });
  assert.match((await get(statsAddress!, "/stats/prometheus")).body, /^envoy_/m);
  for (const path of ["/", "/quitquitquit", "/config_dump", "/stats"]) {
    assert.equal((await get(statsAddress!, path)).status, 404);
    assert.equal((await get(readyAddress!, path, "POST")).status, 404);
  }
  const socket = await Deno.stat(fixture.sandbox.path("state", "fleets", fleet, "admin.sock"));
  assert.equal(socket.mode! & 0o777, 0o600);
});

Deno.test("Envoy goes on in a new file when its log was rotated", async () => {
  await using fixture = await Fixture.create();
  await fixture.start({ logLevel: "info" });
  const folder = fixture.sandbox.path("state", "fleets", fleet);
  const admin = adminClient(join(folder, "admin.sock"));
  assert.equal(await rotateLogs(folder, 10, () => admin.reopenLogs()), 1);
  await eventually(async () => (await Deno.stat(join(folder, "envoy.log.1"))).isFile);
  await eventually(async () => (await Deno.stat(join(folder, "envoy.log"))).isFile);
});

Deno.test("what cannot be a fleet's name is refused", async () => {
  await using fixture = await Fixture.create();
  await using runtime = await fixture.openRuntime(1);
  for (const name of ["", "../escape", "Tenant", "a/b", ".", "a".repeat(300)]) {
    await assert.rejects(runtime.ensure(name), /cannot name a fleet/);
  }
  await runtime.remove("never-there");
});

Deno.test("Envoy runs in a session of its own, so that Ctrl-C does not reach it", async () => {
  await using fixture = await Fixture.create();
  const runtime = await fixture.start();
  const pid = runtime.status(fleet).pid!;
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const [, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  assert.equal(Number(session), pid);
  assert(isAlive(identify(pid)!));
});
