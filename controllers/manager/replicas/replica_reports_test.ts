import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  type AlternativeName,
  createAuthority,
  issueCertificate,
} from "../../../base/certificates.ts";
import { silentLogger } from "../../../base/logger.ts";
import type { XdsError } from "../../../envoy/xds/xds_error.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { encodeReplicaMessage } from "./replica_message.ts";
import { ReplicaReports } from "./replica_reports.ts";

const key = "tenant-a/web";
const done: Progress = { kind: "programmed", connected: 1, silent: [] };

const expiry = "Dec 24 12:00:00 2030 GMT";
const validity = { notBefore: Date.now() - 1_000, notAfter: Date.parse(expiry) };
const authority = await createAuthority("test", validity);

/** The DER form of a certificate with one name. */
async function certificateOf(type: AlternativeName["type"], value: string) {
  const request = { subject: [], usages: [], alternativeNames: [{ type, value }] };
  const { certificate } = await issueCertificate(authority, request, validity);
  return new X509Certificate(certificate).raw;
}

const manager = await certificateOf("url", "spiffe://kubelb/manager");

function start() {
  const ends: (XdsError | undefined)[] = [];
  const reports = new ReplicaReports(silentLogger);
  const changes: string[] = [];
  reports.changes.subscribe((key) => changes.push(key));
  const connect = (address = "b:1", raw: Uint8Array | null = manager) => {
    const sslPeerCertificate = raw !== null && { raw, "valid_to": expiry };
    const receiver = reports.method.open({
      peer: { address, authContext: { sslPeerCertificate } },
      send: () => true,
      end: (error) => void ends.push(error),
    });
    const say = (progress: Progress, generation = 1) =>
      receiver.receive(encodeReplicaMessage({ key, generation, progress }));
    return { receiver, say };
  };
  return { reports, ends, changes, connect };
}

Deno.test("what a manager says counts for the generation that it speaks of", () => {
  const { reports, changes, connect } = start();
  connect().say(done);
  assert.deepEqual(reports.about(key, 1), [{ replica: "b:1", progress: done, connected: 1 }]);
  assert.deepEqual(reports.about(key, 2), [{ replica: "b:1", progress: undefined, connected: 1 }]);
  assert.deepEqual(changes, [key]);
});

Deno.test("several managers are told apart, and one that goes is forgotten", () => {
  const { reports, changes, connect } = start();
  const [first, second] = [connect("b:1"), connect("c:1")];
  first.say(done);
  second.say({ kind: "waiting", acknowledged: 0, connected: 2 });
  assert.deepEqual(reports.about(key, 1).map(({ connected }) => connected), [1, 2]);
  second.receiver.close();
  assert.deepEqual(reports.about(key, 1).map(({ replica }) => replica), ["b:1"]);
  assert.deepEqual(changes, [key, key, key]);
});

Deno.test("a manager that has lost its Envoys has none", () => {
  const { reports, connect } = start();
  const { say } = connect();
  say(done);
  say({ kind: "no-envoy" });
  assert.deepEqual(reports.about(key, 1), [{ replica: "b:1", progress: undefined, connected: 0 }]);
});

Deno.test("an Envoy, or whoever is no manager, may not report", async () => {
  const others = [
    await certificateOf("url", "spiffe://kubelb/tenant-a"),
    await certificateOf("dns", "x, URI:spiffe://kubelb/manager"),
    new Uint8Array(),
  ];
  for (const raw of others) {
    const { reports, ends, connect } = start();
    connect("x:1", raw.length > 0 ? raw : null).say(done);
    assert.equal(ends[0]?.reason, "Refused");
    assert.deepEqual(reports.about(key, 1), []);
  }
});

Deno.test("a report that cannot be read ends that connection only", () => {
  const { reports, ends, connect } = start();
  const [bad, good] = [connect("b:1"), connect("c:1")];
  bad.say(done);
  good.say(done);
  bad.receiver.receive(new TextEncoder().encode("nonsense"));
  assert.equal(ends[0]?.reason, "InvalidRequest");
  assert.deepEqual(reports.about(key, 1).map(({ replica }) => replica), ["c:1"]);
});
