import assert from "node:assert/strict";
import { join } from "node:path";
import { delay, systemClock } from "../../base/clock.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { createLogger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import { writeAtomically } from "./atomic_file.ts";
import { StateFiles } from "./state_files.ts";

/** A folder on a disk that takes writes or not, as the test says. */
async function start() {
  const folder = await Deno.makeTempDir();
  const clock = new FakeClock();
  const metrics = new Registry();
  const lines: string[] = [];
  const log = createLogger({ write: (line) => lines.push(JSON.parse(line).message) });
  const disk = { full: false, writes: 0, onWrite: () => {} };
  const write = async (path: string, text: string) => {
    if (disk.full) throw new Error("no space left on device");
    disk.writes++;
    disk.onWrite();
    await writeAtomically(path, text);
  };
  const files = new StateFiles({ log, clock, metrics, random: () => 0, write });
  return {
    clock,
    disk,
    files,
    lines,
    path: (name: string) => join(folder, name),
    read: (name: string) => Deno.readTextFile(join(folder, name)),
    failures: async () =>
      (await metrics.getSingleMetric("kubelb_manager_state_write_failures_total")!.get())
        .values[0]!.value,
    async [Symbol.asyncDispose]() {
      files[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Lets time pass until the files are as they should be. */
async function until(clock: FakeClock, condition: () => Promise<boolean> | boolean) {
  while (!await condition()) {
    await clock.advance(500);
    await delay(systemClock, 1);
  }
}

Deno.test("a file that says it already is not written again", async () => {
  await using world = await start();
  for (const text of ["one", "one", "two"]) await world.files.put(world.path("a"), text);
  assert.equal(await world.read("a"), "two");
  assert.equal(world.disk.writes, 2);
});

Deno.test("an older version has to do until there is room, and then the newest comes", async () => {
  await using world = await start();
  const { clock, disk, files, lines, path, read } = world;
  for (const name of ["a", "b"]) await files.put(path(name), "old");
  disk.full = true;
  for (const text of ["new", "newest"]) await files.put(path("a"), text);
  await files.put(path("b"), "new");
  assert.equal(await read("a"), "old");
  await until(clock, async () => await world.failures() > 8);
  assert.equal(lines.length, 1, "told once");
  disk.full = false;
  await until(clock, () => lines.length > 1);
  assert.deepEqual([await read("a"), await read("b")], ["newest", "new"]);
  assert.match(lines[1]!, /up to date again/);
  assert.equal(clock.pending, 0);
});

Deno.test("a file that is not there cannot do, and the caller is told", async () => {
  await using world = await start();
  world.disk.full = true;
  await assert.rejects(world.files.put(world.path("a"), "new"), /no space left/);
  assert.equal(await world.failures(), 1);
  assert.equal(world.clock.pending, 0);
});

Deno.test("what is owed to a folder that goes is forgotten", async () => {
  await using world = await start();
  const { clock, disk, files, lines, path } = world;
  await files.put(path("a"), "old");
  disk.full = true;
  await files.put(path("a"), "new");
  await Deno.remove(path("a"));
  await until(clock, () => clock.pending === 0);
  assert.match(lines[1] ?? "", /up to date again/, "nothing is owed any more");
  await assert.rejects(Deno.stat(path("a")), Deno.errors.NotFound);
});

Deno.test("who has ended begins no other write", async () => {
  await using world = await start();
  const { clock, disk, files, path, read } = world;
  for (const name of ["a", "b"]) await files.put(path(name), "old");
  disk.full = true;
  for (const name of ["a", "b"]) await files.put(path(name), "new");
  disk.full = false;
  disk.onWrite = () => files[Symbol.dispose]();
  await until(clock, async () => await read("a") === "new");
  // What was put later is written later: by then "b" would have been.
  await files.put(path("c"), "last");
  assert.equal(await read("b"), "old");
  assert.equal(clock.pending, 0);
});

Deno.test("a write under way is overtaken by no other of the same file", async () => {
  await using world = await start();
  const { files, path, read } = world;
  await Promise.all(["one", "two", "three"].map((text) => files.put(path("a"), text)));
  assert.equal(await read("a"), "three");
});
