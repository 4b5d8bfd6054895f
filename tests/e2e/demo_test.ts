/**
 * The README's first command, as a user types it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sandboxVariable } from "../../tools/process/watchdog.ts";

const root = new URL("../..", import.meta.url);

async function runDemo(...args: string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "demo", ...args],
    cwd: root,
    env: { TMPDIR: temporary },
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

let temporary: string;
Deno.test.beforeAll(async () => {
  temporary = await Deno.makeTempDir({ prefix: "kubelb-demo-test-" });
});
Deno.test.afterAll(() => Deno.remove(temporary, { recursive: true }));

Deno.test("the demo verifies itself and leaves no process and no folder", async () => {
  const { code, output } = await runDemo("--once");
  assert.equal(code, 0, output);
  assert.match(output, /Service web: 127\.\d+\.\d+\.\d+:8080\/TCP/);
  assert.match(output, /requests to dns \(UDP\): node-1 ×\d+, node-2 ×\d+, node-3 ×\d+/);
  assert.match(output, /5353 no longer answers/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(temporary)), []);
  assert.deepEqual(await processesOf(temporary), []);
});

Deno.test("a wrong flag of the demo is named", async () => {
  const { code, output } = await runDemo("--twice");
  assert.equal(code, 2);
  assert.match(output, /unknown flag --twice/);
});

/** Processes that were started in sandboxes below a folder. */
async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.includes(`${sandboxVariable}=${folder}`)) found.push(name);
  }
  return found;
}
