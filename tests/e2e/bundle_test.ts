/**
 * The bundle as it is on a machine that has Deno and nothing else of this project: no sources, no
 * package cache, no registry.
 *
 * @module
 */
import assert from "node:assert/strict";
import { makeBundle } from "../../tools/bundle/make_bundle.ts";
import { Sandbox } from "../../tools/process/sandbox.ts";
import { runCommand } from "../../tools/test_command/run_command.ts";
import { World } from "../../tools/installation/world.ts";

/** The bundle with Deno beside it, and the environment it runs in. */
async function install(sandbox: Sandbox) {
  await makeBundle(sandbox.path("dist"));
  await Deno.symlink(Deno.execPath(), sandbox.path("dist/deno"));
  // A proxy where nobody listens: whatever were fetched would fail.
  const nowhere = "http://127.0.0.1:1";
  return {
    executable: sandbox.path("dist/kubelb"),
    env: {
      DENO_DIR: sandbox.path("cache"),
      NPM_CONFIG_REGISTRY: nowhere,
      JSR_URL: nowhere,
      NO_COLOR: "1",
    },
  };
}

Deno.test("the bundle answers every question that needs no cluster", async (t) => {
  await using sandbox = await Sandbox.create("bundle");
  const { executable, env } = await install(sandbox);
  const cases: [args: string[], ok: boolean, output: RegExp][] = [
    [["--version"], true, /^kubelb \d+\.\d+\.\d+ \(deno 2/],
    [["--help"], true, /^KubeLB: .*\n\nUsage:/],
    [[], false, /^kubelb: --mode is missing/],
    [["--mode=both"], false, /^kubelb: unknown mode "both"/],
    [["--mode=manager", "--version"], true, /^kubelb \d/],
    [["--mode=manager", "--help"], true, /--address-pool/],
    [["--mode=manager", "--no-such-flag"], false, /^kubelb: .*--no-such-flag/],
    [["--mode=ccm", "--help"], true, /--cluster-name/],
    [["--mode=ccm", "--no-such-flag"], false, /^kubelb: .*--no-such-flag/],
    [["--mode=ccm", "--cluster-name=a", "--kubeconfig=none"], false, /cannot start/],
  ];
  for (const [args, ok, expected] of cases) {
    await t.step(`kubelb ${args.join(" ")}`, async () => {
      const result = await runCommand(executable, args, { env });
      assert.equal(result.ok, ok, result.output);
      assert.match(result.output, expected);
    });
  }
});

Deno.test("a kubeconfig with an exec plugin works from the bundle", async () => {
  await using sandbox = await Sandbox.create("bundle");
  const { executable, env } = await install(sandbox);
  const called = sandbox.path("called");
  const plugin = await sandbox.write("plugin", `#!/bin/sh\ntouch ${called}\nexit 3\n`);
  await Deno.chmod(plugin, 0o755);
  const kubeconfig = await sandbox.write("kubeconfig", pluginKubeconfig(plugin));
  const args = ["--mode=manager", `--kubeconfig=${kubeconfig}`, "--address-pool=127.0.0.8/29"];
  const ports = ["listen-address", "metrics-addr", "health-probe-bind-address"];
  const flags = [...ports.map((name) => `--${name}=127.0.0.1:0`), "--log-format=text"];
  const { output } = await runCommand(executable, [...args, ...flags], { env, limit: 5_000 });
  assert.ok((await Deno.stat(called)).isFile, output);
  assert.match(output, /the credential plugin of .*hub.* failed/);
});

Deno.test("manager and CCM from the bundle publish a Service through Envoy", async () => {
  await using sandbox = await Sandbox.create("bundle");
  const program = await install(sandbox);
  await using world = await World.start({ program });
  await world.publish("web", { protocol: "TCP", port: 8080 });
  for (const { process } of [world.hub.manager, world.tenant.ccm]) {
    const command = await Deno.readTextFile(`/proc/${process.pid}/cmdline`);
    assert.ok(command.includes(sandbox.path("dist/main.js")), command);
  }
});

function pluginKubeconfig(command: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "hub", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{
      name: "hub",
      user: {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command,
          interactiveMode: "Never",
        },
      },
    }],
    contexts: [{ name: "hub", context: { cluster: "hub", user: "hub" } }],
    "current-context": "hub",
  });
}
