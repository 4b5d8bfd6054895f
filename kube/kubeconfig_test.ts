import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "yaml";
import { loadKubeconfig } from "./cluster_config.ts";

const server = "https://hub.example:6443/";

interface Parts {
  cluster?: Record<string, unknown>;
  user?: Record<string, unknown>;
  namespace?: string;
}

function kubeconfig({ cluster = {}, user = {}, namespace }: Parts = {}): string {
  return stringify({
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{ name: "c", cluster: { server, ...cluster } }],
    "users": [{ name: "u", user }],
    "contexts": [
      { name: "x", context: { cluster: "c", user: "u", ...(namespace && { namespace }) } },
      { name: "anonymous", context: { cluster: "c" } },
      { name: "dangling", context: { cluster: "gone", user: "u" } },
    ],
    "current-context": "x",
  });
}

/** Runs with a folder that holds the file `config`. */
async function withFile(
  text: string,
  body: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "config");
    await Deno.writeTextFile(path, text);
    await body(path, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("server, namespace, certificate authority and token are read", async () => {
  const cluster = { "certificate-authority-data": btoa("PEM of the authority") };
  const text = kubeconfig({ cluster, user: { token: "abc" }, namespace: "tenant-a" });
  await withFile(text, async (path) => {
    const config = await loadKubeconfig(path);
    assert.equal(config.server, "https://hub.example:6443");
    assert.equal(config.namespace, "tenant-a");
    assert.deepEqual(config.caCerts, ["PEM of the authority"]);
    assert.equal(config.source, `${path} (context "x")`);
    assert.deepEqual(await config.credential.identity(false), { authorization: "Bearer abc" });
  });
});

Deno.test("files are found relative to the kubeconfig", async () => {
  const text = kubeconfig({ cluster: { "certificate-authority": "ca.crt" } });
  await withFile(text, async (path, folder) => {
    await Deno.writeTextFile(join(folder, "ca.crt"), "PEM of the authority");
    assert.deepEqual((await loadKubeconfig(path)).caCerts, ["PEM of the authority"]);
  });
});

Deno.test("a replaced file takes effect when a fresh identity is asked for", async () => {
  await withFile(kubeconfig({ user: { token: "old" } }), async (path) => {
    const { credential } = await loadKubeconfig(path);
    await Deno.writeTextFile(path, kubeconfig({ user: { token: "new" } }));
    assert.equal((await credential.identity(false)).authorization, "Bearer old");
    assert.equal((await credential.identity(true)).authorization, "Bearer new");
    assert.equal((await credential.identity(false)).authorization, "Bearer new");
  });
});

Deno.test("a token file wins over nothing, and basic authentication is understood", async () => {
  await withFile(kubeconfig({ user: { tokenFile: "token" } }), async (path, folder) => {
    await Deno.writeTextFile(join(folder, "token"), "from-file\n");
    const { credential } = await loadKubeconfig(path);
    assert.equal((await credential.identity(false)).authorization, "Bearer from-file");
  });
  await withFile(kubeconfig({ user: { username: "a", password: "b" } }), async (path) => {
    const { credential } = await loadKubeconfig(path);
    assert.equal((await credential.identity(false)).authorization, `Basic ${btoa("a:b")}`);
  });
});

Deno.test("a context without a user is anonymous, another context can be chosen", async () => {
  await withFile(kubeconfig({ user: { token: "abc" } }), async (path) => {
    const config = await loadKubeconfig(path, { context: "anonymous" });
    assert.deepEqual(await config.credential.identity(false), {});
  });
});

const broken: [string, string, RegExp][] = [
  ["not YAML", "{{{", /is not YAML/],
  ["no mapping", "- a\n- b", /a mapping is expected/],
  ["empty", "", /a mapping is expected/],
  ["without current-context", "apiVersion: v1", /no current-context is set/],
  ["with a server that is no URL", kubeconfig({ cluster: { server: "hub" } }), /not a URL: "hub"/],
  [
    "that wants no TLS verification",
    kubeconfig({ cluster: { "insecure-skip-tls-verify": true } }),
    /insecure-skip-tls-verify is refused/,
  ],
  [
    "with a certificate authority that is not there",
    kubeconfig({ cluster: { "certificate-authority": "nowhere.crt" } }),
    /certificate-authority .*nowhere\.crt cannot be read/,
  ],
  [
    "with data that is not base64",
    kubeconfig({ cluster: { "certificate-authority-data": "%%%" } }),
    /certificate-authority-data is not base64/,
  ],
  [
    "with a client certificate that is not PEM",
    kubeconfig({ user: { "client-certificate-data": btoa("x"), "client-key-data": btoa("y") } }),
    /client certificate is not PEM/,
  ],
  [
    "with a certificate and no key",
    kubeconfig({ user: { "client-certificate-data": btoa("x") } }),
    /needs both certificate and key/,
  ],
];

for (const [name, text, message] of broken) {
  Deno.test(`a kubeconfig ${name} is refused, and the message names the file`, async () => {
    await withFile(text, async (path) => {
      await assert.rejects(loadKubeconfig(path), (error: Error) => {
        assert.match(error.message, message);
        assert(error.message.includes(path));
        return true;
      });
    });
  });
}

Deno.test("what a file lacks is named, with what there is", async () => {
  await withFile(kubeconfig(), async (path) => {
    const other = loadKubeconfig(path, { context: "y" });
    await assert.rejects(
      other,
      /context "y" does not exist \(there is "x", "anonymous", "dangling"\)/,
    );
    const dangling = loadKubeconfig(path, { context: "dangling" });
    await assert.rejects(dangling, /cluster "gone" does not exist \(there is "c"\)/);
  });
});

Deno.test("a file that cannot be read is named", async () => {
  await assert.rejects(
    loadKubeconfig("/nowhere/config"),
    /kubeconfig \/nowhere\/config cannot be read/,
  );
});

Deno.test("an oidc provider without an issuer is refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "config");
    await Deno.writeTextFile(
      path,
      stringify({
        "clusters": [{ name: "c", cluster: { server: "https://hub.example" } }],
        "users": [{ name: "u", user: { "auth-provider": { name: "oidc" } } }],
        "contexts": [{ name: "x", context: { cluster: "c", user: "u" } }],
        "current-context": "x",
      }),
    );
    await assert.rejects(loadKubeconfig(path), /oidc needs idp-issuer-url and client-id/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
