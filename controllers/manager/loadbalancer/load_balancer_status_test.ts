import assert from "node:assert/strict";
import { findCondition } from "../../../apis/kubelb/conditions.ts";
import { addressConditionType } from "../host_load_balancer/address_condition.ts";
import { accepted, loadBalancerStatus, type StatusInput } from "./load_balancer_status.ts";
import { hubServiceWith, loadBalancerWith } from "./testdata.ts";

function statusOf(change: Partial<StatusInput> = {}) {
  const status = loadBalancerStatus({
    loadBalancer: loadBalancerWith({}),
    acceptance: accepted,
    hubService: hubServiceWith({}),
    runtime: "host",
    resolution: { reason: "Resolved", message: "" },
    hasEndpoints: true,
    programmed: undefined,
    portConflict: undefined,
    now: new Date(0),
    ...change,
  });
  const told = (type: string) => {
    const found = findCondition(status.conditions, type);
    return found && `${found.status} ${found.reason}`;
  };
  return { status, told };
}

Deno.test("a load balancer with address and endpoints is ready, for the generation looked at", () => {
  const { status, told } = statusOf();
  assert.equal(told("Ready"), "True Ready");
  assert.equal(status.observedGeneration, 3);
  assert.deepEqual(status.conditions?.map(({ observedGeneration }) => observedGeneration), [
    3,
    3,
    3,
    3,
  ]);
  assert.deepEqual(status.loadBalancer?.ingress, [{ ip: "192.0.2.10" }]);
  assert.deepEqual(status.service?.ports, [
    { name: "http", protocol: "TCP", port: 80, targetPort: 10001, upstreamTargetPort: 30080 },
  ]);
});

Deno.test("the first thing that is wrong is what Ready says", () => {
  const invalid = { status: "False", reason: "Invalid", message: "no" } as const;
  assert.equal(statusOf({ acceptance: invalid }).told("Ready"), "False Invalid");
  assert.equal(statusOf({ hubService: undefined }).told("Ready"), "False Pending");
  const resolution = { reason: "NoEndpoints", message: "" } as const;
  const empty = statusOf({ resolution, hasEndpoints: false });
  assert.equal(empty.told("Ready"), "False NoEndpoints");
});

Deno.test("with some endpoints left a load balancer is ready, and still says what is missing", () => {
  const resolution = { reason: "ForbiddenEndpoint", message: "" } as const;
  const { told } = statusOf({ resolution });
  assert.equal(told("Ready"), "True Ready");
  assert.equal(told("ResourcesResolved"), "False ForbiddenEndpoint");
});

Deno.test("what is served otherwise than asked for is told, unless nothing is accepted", () => {
  const messageOf = (change: Partial<StatusInput>) => {
    const { conditions } = statusOf({ remark: "slower than asked for", ...change }).status;
    return findCondition(conditions, "Accepted")?.message;
  };
  assert.equal(messageOf({}), "the hub serves this load balancer; slower than asked for");
  const acceptance = { status: "False", reason: "Invalid", message: "no" } as const;
  assert.equal(messageOf({ acceptance }), "no");
});

Deno.test("why a hub Service has no address is passed on", () => {
  const service = hubServiceWith({}, []);
  assert.equal(statusOf({ hubService: service }).told("AddressAssigned"), "False Pending");
  service.status!.conditions = [{
    type: addressConditionType,
    status: "False",
    reason: "AddressPoolExhausted",
    message: "all in use",
    lastTransitionTime: "",
  }];
  const { told } = statusOf({ hubService: service });
  assert.equal(told("AddressAssigned"), "False AddressPoolExhausted");
});

Deno.test("a type that gets no address on a host says so; in a cluster it needs none", () => {
  const loadBalancer = loadBalancerWith({ type: "ClusterIP" });
  const hubService = hubServiceWith({ type: "ClusterIP" }, []);
  const on = (runtime: "host" | "kubernetes") =>
    statusOf({ loadBalancer, hubService, runtime }).told("AddressAssigned");
  assert.equal(on("host"), "False AddressUnsupported");
  assert.equal(on("kubernetes"), "True Assigned");
});

Deno.test("conditions that stay keep their time, and an address that is lost leaves the status", () => {
  const loadBalancer = loadBalancerWith({});
  loadBalancer.status = statusOf().status;
  const later = statusOf({ loadBalancer, hubService: undefined, now: new Date(60_000) }).status;
  const time = (type: string) => findCondition(later.conditions, type)?.lastTransitionTime;
  assert.equal(time("Accepted"), "1970-01-01T00:00:00Z");
  assert.equal(time("AddressAssigned"), "1970-01-01T00:01:00Z");
  assert.deepEqual(later.loadBalancer?.ingress, []);
});

Deno.test("a port conflict is told beside the others and takes nothing from readiness", () => {
  const portConflict = { status: "False", reason: "PortReassigned", message: "" } as const;
  const { status, told } = statusOf({ portConflict });
  assert.equal(told("PortConflict"), "False PortReassigned");
  assert.equal(told("Ready"), "True Ready");
  assert.equal(statusOf().told("PortConflict"), undefined);
  const loadBalancer = { ...loadBalancerWith({}), status };
  assert.deepEqual(statusOf({ loadBalancer, now: new Date(9_000) }).status, status);
});
