import assert from "node:assert/strict";
import { join } from "node:path";
import { rotateLogs } from "./log_rotation.ts";

/** A folder with files of the given lengths. */
async function folder(lengths: Record<string, number>) {
  const path = await Deno.makeTempDir({ prefix: "kubelb-logs-" });
  for (const [name, length] of Object.entries(lengths)) {
    await Deno.writeTextFile(join(path, name), "x".repeat(length));
  }
  const listing = async () => {
    const found: Record<string, number> = {};
    for await (const { name } of Deno.readDir(path)) {
      found[name] = (await Deno.stat(join(path, name))).size;
    }
    return found;
  };
  return { path, listing, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("logs that have grown long are set aside and opened again", async () => {
  await using logs = await folder({ "envoy.log": 11, "access.log": 12, "access.log.1": 5 });
  let reopened = 0;
  const count = await rotateLogs(logs.path, 10, async () => void reopened++);
  assert.equal(count, 2);
  assert.equal(reopened, 1);
  assert.deepEqual(await logs.listing(), { "envoy.log.1": 11, "access.log.1": 12 });
});

Deno.test("standard output is emptied where it is", async () => {
  await using logs = await folder({ "output.log": 11 });
  assert.equal(await rotateLogs(logs.path, 10, () => Promise.reject(new Error("not asked"))), 1);
  assert.deepEqual(await logs.listing(), { "output.log": 0 });
});

Deno.test("short logs, and logs that are not there, are left alone", async () => {
  await using logs = await folder({ "envoy.log": 10 });
  assert.equal(await rotateLogs(logs.path, 10, () => Promise.reject(new Error("not asked"))), 0);
});
