import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { loadKubeconfig } from "./cluster_config.ts";

const credential = (token: string) =>
  JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token },
  });

function kubeconfig(command: string): string {
  return stringify({
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{ name: "c", cluster: { server: "https://hub.example" } }],
    "users": [{
      name: "u",
      user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command, args: [] } },
    }],
    "contexts": [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}

// client-node runs plugins by node:child_process, whose pipes it does not close.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "an exec plugin is asked for a token, and again for a fresh one",
  sanitizersOff,
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const plugin = join(folder, "plugin");
      await Deno.writeTextFile(plugin, `#!/bin/sh\ncat ${folder}/answer\n`, { mode: 0o755 });
      await Deno.writeTextFile(join(folder, "answer"), credential("first"));
      await Deno.writeTextFile(join(folder, "config"), kubeconfig(plugin));
      const config = await loadKubeconfig(join(folder, "config"));
      assert.equal((await config.credential.identity(false)).authorization, "Bearer first");
      await Deno.writeTextFile(join(folder, "answer"), credential("second"));
      assert.equal((await config.credential.identity(true)).authorization, "Bearer second");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "a plugin that does not exist is an error that names the kubeconfig",
  sanitizersOff,
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(folder, "config"), kubeconfig(join(folder, "missing")));
      const loading = loadKubeconfig(join(folder, "config"));
      await assert.rejects(loading, /config: the credential plugin of "x" failed/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("the library behind plugins is not loaded when nobody needs one", async () => {
  const source = new URL("./plugin_credential.ts", import.meta.url);
  const text = await Deno.readTextFile(source);
  assert.doesNotMatch(text, /^import (?!type).*client-node/m);
  for await (const { name } of Deno.readDir(new URL(".", import.meta.url))) {
    if (!name.endsWith(".ts") || name.startsWith("plugin_credential")) continue;
    const other = await Deno.readTextFile(new URL(`./${name}`, import.meta.url));
    assert(!other.includes("client-node"), `${name} mentions client-node`);
  }
});
