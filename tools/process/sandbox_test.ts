import assert from "node:assert/strict";
import { eventually } from "./eventually.ts";
import { Sandbox } from "./sandbox.ts";

const module = new URL("./sandbox.ts", import.meta.url).href;

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
async function runs(pid: number): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  const state = stat.slice(stat.lastIndexOf(")") + 2);
  return state !== "" && !state.startsWith("Z");
}

Deno.test("a process writes to its log and ends with its sandbox", async () => {
  let folder: string;
  let pid: number;
  {
    await using sandbox = await Sandbox.create("unit");
    const process = await sandbox.start({
      name: "talker",
      command: "sh",
      args: ["-c", "echo out; echo err >&2; exec sleep 100"],
    });
    await eventually(async () => (await process.log()).includes("err"));
    assert.equal(await process.log(), "out\nerr\n");
    assert.equal(process.running, true);
    ({ folder } = sandbox);
    ({ pid } = process);
  }
  assert.equal(await exists(folder), false);
  assert.equal(await runs(pid), false);
});

Deno.test("a killed process says how it ended and can be started again", async () => {
  await using sandbox = await Sandbox.create("unit");
  const process = await sandbox.start({ name: "sleeper", command: "sleep", args: ["100"] });
  const first = process.pid;
  const status = await process.kill("SIGTERM");
  assert.equal(status.signal, "SIGTERM");
  assert.equal(process.running, false);
  await process.start();
  assert.equal(process.running, true);
  assert.notEqual(process.pid, first);
});

Deno.test("a process with a grace period gets to say goodbye", async () => {
  await using sandbox = await Sandbox.create("unit");
  const process = await sandbox.start({
    name: "polite",
    command: "sh",
    args: ["-c", "trap 'echo bye; exit 0' TERM; echo hi; while :; do sleep 0.01; done"],
    grace: 5_000,
  });
  await eventually(async () => (await process.log()).includes("hi"));
  await process.stop();
  assert.equal(await process.log(), "hi\nbye\n");
});

Deno.test("one that ignores SIGTERM is killed when its grace is over", async () => {
  await using sandbox = await Sandbox.create("unit");
  const process = await sandbox.start({
    name: "stubborn",
    command: "sh",
    args: ["-c", "trap '' TERM; echo hi; while :; do sleep 0.01; done"],
    grace: 50,
  });
  await eventually(async () => (await process.log()).includes("hi"));
  await process.stop();
  assert.equal(process.status?.signal, "SIGKILL");
});

Deno.test("descendants whose parent is dead end with the sandbox", async () => {
  let orphan: number;
  {
    await using sandbox = await Sandbox.create("unit");
    const process = await sandbox.start({
      name: "parent",
      command: "sh",
      args: ["-c", "sleep 100 & echo $!; exec sleep 100"],
    });
    orphan = Number(await eventually(async () => (await process.log()).trim()));
    await process.kill();
    assert.equal(await runs(orphan), true);
  }
  assert.equal(await runs(orphan), false);
});

Deno.test("a file in a sandbox is for this user only", async () => {
  await using sandbox = await Sandbox.create("unit");
  const path = await sandbox.write("pki/key", "secret");
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
});

/** A program that starts a process in a sandbox of its own, says so, and waits. */
const ownerCode = `
  import { Sandbox } from ${JSON.stringify(module)};
  const sandbox = await Sandbox.create("owner");
  const process = await sandbox.start({ name: "sleeper", command: "sleep", args: ["100"] });
  console.log(JSON.stringify({ folder: sandbox.folder, pid: process.pid }));
  await new Promise((resolve) => setTimeout(resolve, 100_000));
`;

Deno.test("a sandbox within a sandbox is cleaned up when the outer one ends", async () => {
  let inner: { folder: string; pid: number };
  {
    await using sandbox = await Sandbox.create("outer");
    const owner = await sandbox.start({
      name: "owner",
      command: Deno.execPath(),
      args: ["eval", ownerCode],
    });
    inner = JSON.parse(await eventually(async () => (await owner.log()).trim()));
  }
  await eventually(async () => !await exists(inner.folder), { describe: "the inner folder to go" });
  assert.equal(await runs(inner.pid), false);
});

for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
  Deno.test(`nothing stays behind when the owner ends by ${signal}`, async () => {
    const owner = new Deno.Command(Deno.execPath(), {
      args: ["eval", ownerCode],
      stdout: "piped",
    }).spawn();
    const reader = owner.stdout.getReader();
    const { value } = await reader.read();
    const { folder, pid } = JSON.parse(new TextDecoder().decode(value));
    assert.equal(await exists(folder), true);
    owner.kill(signal);
    await owner.status;
    await reader.cancel();
    await eventually(async () => !await exists(folder), { describe: `${folder} to be removed` });
    assert.equal(await runs(pid), false);
  });
}
