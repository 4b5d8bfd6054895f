import assert from "node:assert/strict";
import { commandLine, findProcess, identify, isAlive, startOfLiving } from "./process_identity.ts";
import { livingProcess } from "./testing/living_process.ts";

Deno.test("a process is known by its number and its start", async () => {
  let pid;
  {
    await using process = await livingProcess(["some process"]);
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
  await using process = await livingProcess([name]);
  assert.equal(commandLine(process.pid)?.at(-1), name);
  assert.equal(findProcess((args) => args.includes(name))?.pid, process.pid);
  assert.equal(findProcess((args) => args.includes("no such argument")), undefined);
});

Deno.test("a zombie is dead when its last thread is, since until then it holds its sockets", () => {
  const stat = (state: string, threads: number) =>
    `42 (a (strange) name) ${state} 1 42 42 0 -1 4194304 9 0 0 0 7 3 0 0 20 0 ${threads} 0 5150 0 0`;
  assert.equal(startOfLiving(stat("S", 12)), 5150);
  assert.equal(startOfLiving(stat("Z", 2)), 5150, "its first thread has ended, others have not");
  assert.equal(startOfLiving(stat("Z", 1)), undefined);
  assert.equal(startOfLiving(stat("Z", 0)), undefined);
  assert.equal(startOfLiving(stat("X", 1)), undefined);
});
