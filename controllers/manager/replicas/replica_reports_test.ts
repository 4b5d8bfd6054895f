import assert from "node:assert/strict";
import { silentLogger } from "../../../base/logger.ts";
import type { XdsError } from "../../../envoy/xds/xds_error.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { encodeReplicaMessage } from "./replica_message.ts";
import { ReplicaReports } from "./replica_reports.ts";

const key = "tenant-a/web";
const done: Progress = { kind: "programmed", connected: 1, silent: [] };

function start() {
  const ends: (XdsError | undefined)[] = [];
  const reports = new ReplicaReports(silentLogger);
  const changes: string[] = [];
  reports.changes.subscribe((key) => changes.push(key));
  const connect = (address = "b:1", subjectaltname = "URI:spiffe://kubelb/manager") => {
    const receiver = reports.method.open({
      peer: {
        address,
        authContext: {
          sslPeerCertificate: { subjectaltname, ["valid_to"]: "Dec 24 12:00:00 2030 GMT" },
        },
      },
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

Deno.test("an Envoy, or whoever is no manager, may not report", () => {
  for (const names of ["URI:spiffe://kubelb/tenant-a", "DNS:manager", ""]) {
    const { reports, ends, connect } = start();
    connect("x:1", names).say(done);
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
