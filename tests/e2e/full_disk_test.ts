/**
 * A disk that is full keeps no Envoy from coming back that has what it needs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ask } from "../../tools/demo/answers.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { runtimeOf } from "../../tools/process/runtime.ts";
import { eventually, Sandbox, TcpBackend } from "../harness/mod.ts";
import { HubFixture } from "../manager/hub_fixture.ts";
import { SmallDisk } from "./small_disk.ts";

const failures = /^kubelb_manager_state_write_failures_total (\d+)$/m;

/** An executable that runs the manager beside the disk. */
async function managerBeside(sandbox: Sandbox, disk: SmallDisk): Promise<string> {
  const main = fileURLToPath(new URL("../../main.ts", import.meta.url));
  const words = [...disk.beside, Deno.execPath(), "run", ...runtimeOf("manager").flags, main];
  const path = await sandbox.write("manager", `#!/bin/sh\nexec '${words.join("' '")}' "$@"\n`);
  await Deno.chmod(path, 0o755);
  return path;
}

/** Kills the one Envoy there is. */
async function killEnvoy(disk: SmallDisk): Promise<void> {
  const [pid, ...others] = await envoysOf(disk.folder);
  assert.deepEqual(others, []);
  Deno.kill(pid!, "SIGKILL");
  await eventually(async () => !(await envoysOf(disk.folder)).includes(pid!));
}

Deno.test({
  name:
    "while the disk is full an Envoy that is killed comes back, under this manager and the next",
  ignore: !SmallDisk.isPossible(),
  async fn() {
    await using sandbox = await Sandbox.create("full-disk");
    const disk = await SmallDisk.mount(sandbox);
    const executable = await managerBeside(sandbox, disk);
    await using fixture = await HubFixture.start({
      program: { executable },
      managerFlags: [`--state-dir=${disk.folder}/state`],
    });
    const { manager } = fixture.hub;
    const address = fixture.network.nodeAddress(1);
    await using _backend = new TcpBackend({ address, port: 31080, identity: "node-1" });
    await fixture.tenants("acme");
    await fixture.createLoadBalancer("acme", "web");
    const front = await fixture.addressOf("acme", "web");
    const answers = () => eventually(() => ask("TCP", front, 8080), { deadline: 20_000 });
    await answers();

    {
      await using _full = await disk.fill();
      await killEnvoy(disk);
      await answers();
      assert.ok(Number(failures.exec(await manager.metrics())?.[1]) > 0);
      await manager.kill("SIGKILL");
      await manager.start();
      await manager.waitReady();
      await killEnvoy(disk);
      await answers();
      await fixture.condition("acme", "web", "Ready", { status: "True" });
      const told = (await manager.log()).split("cannot write to the state directory").length - 1;
      assert.equal(told, 2, "once by each manager");
    }

    await manager.waitLog(/the state directory is up to date again/);
    const record = await Deno.readTextFile(disk.path("state/fleets/tenant-acme/process.json"));
    assert.deepEqual([JSON.parse(record).process.pid], await envoysOf(disk.folder));
  },
});
