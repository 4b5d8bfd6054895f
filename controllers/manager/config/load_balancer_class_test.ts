import assert from "node:assert/strict";
import { loadBalancerClassProblems } from "./load_balancer_class.ts";

Deno.test("a class that is none is a problem of the Config, an absent one is not", () => {
  assert.deepEqual(loadBalancerClassProblems({}), []);
  assert.deepEqual(loadBalancerClassProblems({ loadBalancer: { class: "metallb" } }), []);
  const [problem] = loadBalancerClassProblems({ loadBalancer: { class: "x y" } });
  assert.equal(problem?.field, "spec.loadBalancer.class");
  assert.match(problem.message, /"x y" is no class/);
});
