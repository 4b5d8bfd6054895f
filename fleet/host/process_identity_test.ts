import assert from "node:assert/strict";
import { commandLine, findProcess, identify, isAlive } from "./process_identity.ts";

/** A process that lives until it is disposed; `name` is its last argument. */
async function living(name: string) {
  const child = new Deno.Command("sh", {
    args: ["-c", "echo started; read line", name],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  // While a program is being loaded its arguments cannot be read yet.
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.stdin.close().catch(() => {});
      await child.status;
    },
  };
}

Deno.test("a process is known by its number and its start", async () => {
  let pid;
  {
    await using process = await living("some process");
    pid = process.pid;
    const identity = identify(pid);
    assert(identity !== undefined && isAlive(identity));
    assert(!isAlive({ ...identity, startTime: identity.startTime - 1 }), "another one before it");
    assert(!isAlive({ ...identity, bootId: "before the last start" }));
  }
  assert.equal(identify(pid), undefined);
  assert.equal(commandLine(pid), undefined);
});

Deno.test("a process is found by its arguments", async () => {
  const name = `kubelb-${crypto.randomUUID()}`;
  await using process = await living(name);
  assert.equal(commandLine(process.pid)?.at(-1), name);
  assert.equal(findProcess((args) => args.includes(name))?.pid, process.pid);
  assert.equal(findProcess((args) => args.includes("no such argument")), undefined);
});
