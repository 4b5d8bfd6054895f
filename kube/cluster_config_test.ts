import assert from "node:assert/strict";
import { join } from "node:path";
import { inClusterConfig } from "./cluster_config.ts";

const env = (values: Record<string, string>) => (name: string) => values[name];
const inPod = env({ KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" });

async function withFolder(files: Record<string, string>, body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a pod's service account is read", async () => {
  const files = { "ca.crt": "PEM", "token": "abc\n", "namespace": "kubelb" };
  await withFolder(files, async (folder) => {
    const config = await inClusterConfig({ folder, env: inPod });
    assert.equal(config.server, "https://10.0.0.1:443");
    assert.deepEqual(config.caCerts, ["PEM"]);
    assert.equal(config.namespace, "kubelb");
    assert.deepEqual(await config.credential.identity(false), { authorization: "Bearer abc" });
  });
});

Deno.test("an IPv6 service address gets its brackets", async () => {
  const six = env({ KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" });
  await withFolder({ "ca.crt": "PEM", "token": "abc" }, async (folder) => {
    const config = await inClusterConfig({ folder, env: six });
    assert.equal(config.server, "https://[fd00::1]:443");
    assert.equal(config.namespace, undefined);
  });
});

Deno.test("outside a pod the message says what to give instead", async () => {
  await assert.rejects(inClusterConfig({ env: env({}) }), /give --kubeconfig/);
});

Deno.test("a pod without a service account is told from one without a token", async () => {
  await withFolder({}, async (folder) => {
    await assert.rejects(inClusterConfig({ folder, env: inPod }), /automountServiceAccountToken/);
  });
  await withFolder({ "ca.crt": "PEM" }, async (folder) => {
    await assert.rejects(inClusterConfig({ folder, env: inPod }), /cannot read the token file/);
  });
});
