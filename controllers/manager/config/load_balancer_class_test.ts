import assert from "node:assert/strict";
import { isLoadBalancerClass, loadBalancerClassProblems } from "./load_balancer_class.ts";

Deno.test("classes are what Kubernetes takes as one", () => {
  for (const good of ["metallb", "MetalLB_2.x", "example.com/metallb", "kubelb.k8c.io/host", "7"]) {
    assert.ok(isLoadBalancerClass(good), good);
  }
  const long = "x".repeat(64);
  for (
    const bad of ["x y", "", "a/b/c", "/a", "a/", "Example.com/a", "-a", "a.", long, `a/${long}`]
  ) {
    assert.ok(!isLoadBalancerClass(bad), bad);
  }
});

Deno.test("a class that is none is a problem of the Config, an absent one is not", () => {
  assert.deepEqual(loadBalancerClassProblems({}), []);
  assert.deepEqual(loadBalancerClassProblems({ loadBalancer: { class: "metallb" } }), []);
  const [problem] = loadBalancerClassProblems({ loadBalancer: { class: "x y" } });
  assert.equal(problem?.field, "spec.loadBalancer.class");
  assert.match(problem.message, /"x y" is no class/);
});
