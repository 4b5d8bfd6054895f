/**
 * `deno task chaos`, for half a minute: what a long run proves, and that a run can be trusted.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function chaos(...flags: string[]): Promise<{ code: number; lines: string[] }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-prompt", "tools/chaos.ts", ...flags],
    cwd: root,
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, lines: (decode(stderr) + decode(stdout)).trimEnd().split("\n") };
}

Deno.test("half a minute of kills and churn loses nothing, moves nothing and leaves nothing", async () => {
  const { code, lines } = await chaos("--minutes=0.5", "--load-balancers=20", "--seed=42");
  const text = lines.join("\n");
  assert.match(
    lines.at(-1)!,
    /^requests \d{4,}, lost 0, ports moved 0, left over 0$/,
    text,
  );
  assert.equal(code, 0, text);
  assert.match(text, /--seed=42/);
  assert.match(text, /kill -9 of manager +\| [1-9]/, text);
});

Deno.test("a wrong flag is explained and no installation is started", async () => {
  const { code, lines } = await chaos("--minutes=soon");
  assert.equal(code, 2);
  assert.match(lines.at(-1)!, /--minutes: "soon" is not valid/);
});
