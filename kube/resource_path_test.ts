import assert from "node:assert/strict";
import { resourceType } from "../apis/meta/v1.ts";
import { resourceName, resourceTarget } from "./resource_path.ts";

const pods = resourceType("", "v1", "Pod", "pods", true);
const nodes = resourceType("", "v1", "Node", "nodes", false);
const routes = resourceType("kubelb.k8c.io", "v1alpha1", "Route", "routes", true);

Deno.test("paths of the core group, of other groups, with and without namespace", () => {
  assert.equal(resourceTarget(pods, {}), "/api/v1/pods");
  assert.equal(resourceTarget(nodes, { name: "n" }), "/api/v1/nodes/n");
  assert.equal(
    resourceTarget(routes, { namespace: "t", name: "r", subresource: "status" }),
    "/apis/kubelb.k8c.io/v1alpha1/namespaces/t/routes/r/status",
  );
});

Deno.test("a namespace means nothing to a cluster-scoped resource", () => {
  assert.equal(resourceTarget(nodes, { namespace: "x", name: "n" }), "/api/v1/nodes/n");
});

Deno.test("names and queries are escaped, absent values left out", () => {
  const query = { labelSelector: "a in (b,c)", limit: 5, continue: undefined };
  assert.equal(
    resourceTarget(pods, { namespace: "a/b" }, query),
    "/api/v1/namespaces/a%2Fb/pods?labelSelector=a+in+%28b%2Cc%29&limit=5",
  );
});

Deno.test("resources are named as kubectl names them", () => {
  assert.equal(resourceName(pods), "pods");
  assert.equal(resourceName(routes), "routes.kubelb.k8c.io");
});
