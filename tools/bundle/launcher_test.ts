import assert from "node:assert/strict";
import { join } from "node:path";
import { runCommand } from "../test_command/run_command.ts";
import { Sandbox } from "../process/sandbox.ts";
import { launcherScript } from "./launcher.ts";

const script = launcherScript(
  { env: { MALLOC_X: "1" }, flags: ["--allow-all", "--v8-flags=--a,--b"] },
  { env: { MALLOC_X: "2" }, flags: ["--allow-net"] },
);

/** A folder with the launcher and a `deno` that only says how it was called. */
async function install(sandbox: Sandbox): Promise<string> {
  await sandbox.write("bin dir/deno", '#!/bin/sh\necho "$MALLOC_X" "$@"\n');
  const launcher = await sandbox.write("bin dir/kubelb", script);
  for (const file of ["deno", "kubelb"]) await Deno.chmod(sandbox.path("bin dir", file), 0o755);
  return launcher;
}

Deno.test("each mode gets its own flags and settings, and its arguments as they are", async () => {
  await using sandbox = await Sandbox.create("launcher");
  const launcher = await install(sandbox);
  const main = join(sandbox.path("bin dir"), "main.js");
  const own = "--no-config --no-lock --no-remote --no-npm --no-code-cache";
  for (
    const [args, expected] of [
      [["--mode=manager", "--a=b c"], `1 run --allow-all --v8-flags=--a,--b ${own} ${main}`],
      [["--debug", "--mode", "manager"], `1 run --allow-all --v8-flags=--a,--b ${own} ${main}`],
      [["--mode=ccm"], `2 run --allow-net ${own} ${main}`],
      [["--version"], `2 run --allow-net ${own} ${main}`],
    ] as const
  ) {
    const { output } = await runCommand(launcher, args);
    assert.equal(output, `${expected} ${args.join(" ")}\n`);
  }
});

Deno.test("the user's own settings and further flags win", async () => {
  await using sandbox = await Sandbox.create("launcher");
  const launcher = await install(sandbox);
  const env = { MALLOC_X: "9", KUBELB_DENO_FLAGS: "--allow-run=aws --quiet" };
  const { output } = await runCommand(launcher, ["--mode=ccm"], { env });
  assert.match(output, /^9 run --allow-net .* --allow-run=aws --quiet .*main\.js --mode=ccm\n$/);
});

Deno.test("the launcher finds its bundle through a symbolic link", async () => {
  await using sandbox = await Sandbox.create("launcher");
  const launcher = await install(sandbox);
  const link = sandbox.path("link");
  await Deno.symlink(launcher, link);
  const { output } = await runCommand(link, ["--mode=ccm"]);
  assert.ok(output.includes(sandbox.path("bin dir", "main.js")), output);
});

Deno.test("without Deno the launcher says what to do", async () => {
  await using sandbox = await Sandbox.create("launcher");
  const launcher = await install(sandbox);
  await Deno.remove(sandbox.path("bin dir", "deno"));
  // The few programs that are needed, and no Deno, wherever this machine has one.
  await Deno.mkdir(sandbox.path("path"));
  for (const program of ["sh", "dirname", "readlink"]) {
    const { output } = await runCommand("sh", ["-c", `command -v ${program}`]);
    await Deno.symlink(output.trim(), sandbox.path("path", program));
  }
  const { ok, output } = await runCommand(launcher, ["--version"], {
    env: { PATH: sandbox.path("path") },
  });
  assert.equal(ok, false);
  assert.match(output, /there is no deno on PATH/);
});
