// Kubeconfigs with client certificates: kube/ may not import what makes them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { FakeClock } from "../../base/fake_clock.ts";
import { loadKubeconfig } from "../../kube/cluster_config.ts";
import { CertificateAuthority } from "../harness/mod.ts";

const hour = 3600_000;

async function withCertificate(
  body: (path: string, pair: { certificate: string; privateKey: string }) => Promise<void>,
): Promise<void> {
  const authority = await CertificateAuthority.create("test");
  const pair = await authority.issueClient("alice", [], hour);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "alice.crt"), pair.certificate);
    await Deno.writeTextFile(join(folder, "alice.key"), pair.privateKey);
    const user = { "client-certificate": "alice.crt", "client-key": "alice.key" };
    const text = stringify({
      "clusters": [{ name: "c", cluster: { server: "https://hub.example" } }],
      "users": [{ name: "u", user }],
      "contexts": [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });
    await Deno.writeTextFile(join(folder, "config"), text);
    await body(join(folder, "config"), pair);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a client certificate is read from files beside the kubeconfig", async () => {
  await withCertificate(async (path, { certificate, privateKey }) => {
    const { credential } = await loadKubeconfig(path);
    const identity = await credential.identity(false);
    assert.deepEqual(identity.certificate, { cert: certificate, key: privateKey });
  });
});

Deno.test("an expired client certificate is named with its date", async () => {
  await withCertificate(async (path) => {
    const clock = new FakeClock(Date.now() + 24 * hour);
    await assert.rejects(loadKubeconfig(path, { clock }), (error: Error) => {
      const [, date] = /the client certificate expired on (\S+)$/.exec(error.message) ?? [];
      assert(Math.abs(Date.parse(date!) - Date.now() - hour) < 60_000, error.message);
      assert(error.message.includes(path));
      return true;
    });
  });
});
