import assert from "node:assert/strict";
import { type Service, services } from "../apis/core/v1.ts";
import type { KubeClient } from "./client.ts";
import { applyStatus } from "./status.ts";

const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s", namespace: "a", uid: "u1" },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }] } },
} as Service;

function recordingClient() {
  const bodies: unknown[] = [];
  const client = {
    apply: (_type: unknown, body: unknown) => {
      bodies.push(body);
      return Promise.resolve(body);
    },
  } as unknown as Pick<KubeClient, "apply">;
  return { client, bodies };
}

const options = { fieldManager: "test" };

Deno.test("a status that says the same is not written", async () => {
  const { client, bodies } = recordingClient();
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  assert.equal(await applyStatus(client, services, service, status, options), service);
  assert.equal(bodies.length, 0);
});

Deno.test("a status that says something else is written, guarded by the uid", async () => {
  const { client, bodies } = recordingClient();
  await applyStatus(client, services, service, { loadBalancer: {} }, options);
  const metadata = { name: "s", namespace: "a", uid: "u1" };
  assert.deepEqual(bodies, [{ metadata, status: { loadBalancer: {} } }]);
});

Deno.test("the whole status is judged: what it says and we do not is a reason to write", async () => {
  const { client, bodies } = recordingClient();
  const conditions = [{ type: "Theirs", status: "True" }];
  const object = { ...service, status: { ...service.status, conditions } } as Service;
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  await applyStatus(client, services, object, status, options);
  assert.equal(bodies.length, 1);
});
