/**
 * A kubeconfig with the `oidc` provider: a real issuer, whose tokens a real API server checks.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { KubeClient } from "../../kube/client.ts";
import {
  CertificateAuthority,
  type ControlPlane,
  eventually,
  FaultTable,
  freePort,
  type ManagedProcess,
  Sandbox,
  startControlPlane,
} from "../harness/mod.ts";
import { renderKubeconfig } from "../../tools/cluster/kubeconfig_file.ts";
import { clientOf } from "./test_client.ts";

const table = FaultTable.ofFile("oidc");
const folder = fileURLToPath(new URL("./oidc_issuer", import.meta.url));
/** Seconds: three more than a token is renewed before its end. */
const lifetime = 13;

interface World {
  readonly plane: ControlPlane;
  readonly issuer: ManagedProcess;
  /** A kubeconfig of somebody who has logged in long ago. */
  readonly kubeconfig: string;
}

async function withIssuer(body: (world: World) => Promise<void>): Promise<void> {
  await using sandbox = await Sandbox.create("oidc");
  const authority = await CertificateAuthority.create("oidc authority");
  const ca = await sandbox.write("ca.crt", authority.certificate);
  const { certificate, privateKey } = await authority.issueServer("oidc", ["127.0.0.1"]);
  const files = [
    await sandbox.write("tls.crt", certificate),
    await sandbox.write("tls.key", privateKey),
  ];
  const port = String(freePort());
  const program = ["run", "--allow-all", `--config=${folder}/deno.json`, `${folder}/main.ts`];
  const issuer = await sandbox.start({
    name: "issuer",
    command: Deno.execPath(),
    args: [...program, port, ...files, String(lifetime)],
  });
  const [, refreshToken] = await eventually(
    async () => (await issuer.log()).match(/^refresh (\S+)$/m),
    { deadline: 60_000, describe: async () => `the issuer\n${await issuer.logTail()}` },
  );
  const url = `https://127.0.0.1:${port}`;
  await using plane = await startControlPlane({
    name: "oidc",
    apiServerFlags: [
      `--oidc-issuer-url=${url}`,
      "--oidc-client-id=kubelb",
      `--oidc-ca-file=${ca}`,
      "--oidc-username-prefix=oidc:",
    ],
  });
  const config = {
    "client-id": "kubelb",
    "idp-issuer-url": url,
    "idp-certificate-authority": ca,
    "refresh-token": refreshToken,
  };
  const text = renderKubeconfig({
    cluster: "oidc",
    server: plane.server,
    caCertificate: plane.authority.certificate,
    user: "alice",
    credential: { entry: { "auth-provider": { name: "oidc", config } } },
  });
  await body({ plane, issuer, kubeconfig: await sandbox.write("kubeconfig", text) });
}

async function whoami(client: KubeClient): Promise<string> {
  const answer = await client.request<{ status: { userInfo: { username: string } } }>({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
  });
  return answer.status.userInfo.username;
}

Deno.test("an ID token is renewed, again and again, with refresh tokens good for one use", async () => {
  await withIssuer(async ({ issuer, kubeconfig }) => {
    using client = await clientOf(kubeconfig, { timeout: 1_000 });
    // The API server learns the issuer's keys in the background.
    await eventually(() => whoami(client), { deadline: 30_000, describe: "the API server" });
    const users = await Promise.all(Array.from({ length: 10 }, () => whoami(client)));
    assert.deepEqual([...new Set(users)], ["oidc:alice"]);

    // Away, as seen through a half-open connection, while the token comes to its end.
    issuer.signal("SIGSTOP");
    await eventually(() => whoami(client).then(() => false, ({ reason }) => reason === "Timeout"), {
      deadline: 30_000,
    });
    issuer.signal("SIGCONT");
    const start = performance.now();
    assert.equal(await eventually(() => whoami(client)), "oidc:alice");
    table.survived("an issuer that hangs at the end of an ID token", 1, performance.now() - start);

    await issuer.kill();
    const refusal = await eventually(() => whoami(client).then(() => undefined, (error) => error), {
      deadline: 30_000,
    });
    assert.equal(refusal.reason, "Unreachable");
    assert.match(
      refusal.message,
      /https:\/\/127\.0\.0\.1:\d+ does not renew the ID token: .*refused/,
    );
  });
});

Deno.test("a refresh token that the issuer does not know is named with its own words", async () => {
  await withIssuer(async ({ kubeconfig }) => {
    const text = await Deno.readTextFile(kubeconfig);
    await Deno.writeTextFile(kubeconfig, text.replace(/("refresh-token": )".*"/, '$1"unknown"'));
    await assert.rejects(clientOf(kubeconfig), (error: Error) => {
      assert.match(error.message, /does not renew the ID token: invalid_grant \(.+\)/);
      return true;
    });
  });
});
