import assert from "node:assert/strict";
import { parseApiWrites, totalWrites, writesBetween } from "./api_writes.ts";

const metrics = `# TYPE apiserver_request_total counter
apiserver_request_total{code="200",resource="services",subresource="status",verb="APPLY"} 3
apiserver_request_total{code="409",resource="services",subresource="status",verb="APPLY"} 1
apiserver_request_total{code="201",resource="services",subresource="",verb="POST"} 2
apiserver_request_total{code="200",resource="services",subresource="",verb="LIST"} 99
apiserver_request_total{code="200",resource="leases",subresource="",verb="PUT"} 50
`;

Deno.test("writes are summed over answers, without reads and leases", () => {
  assert.deepEqual(parseApiWrites(metrics), new Map([["services/status", 4], ["services", 2]]));
});

Deno.test("the writes between two readings leave out what did not change", () => {
  const before = new Map([["services", 2], ["secrets", 1]]);
  const after = new Map([["services", 5], ["secrets", 1], ["loadbalancers", 1]]);
  const between = writesBetween(before, after);
  assert.deepEqual(between, new Map([["services", 3], ["loadbalancers", 1]]));
  assert.equal(totalWrites(between), 4);
  assert.equal(totalWrites(between, ["services"]), 1);
});
