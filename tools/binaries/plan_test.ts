import assert from "node:assert/strict";
import { catalog } from "./catalog.ts";
import { isCompatible, type Machine, planSteps } from "./plan.ts";

function machine(env: Record<string, string>, platform = "linux-amd64"): Machine {
  return { platform, env: (name) => env[name] };
}

const home = { HOME: "/me", PATH: "/usr/bin::/opt/bin" };

Deno.test("what is nearest comes first: PATH, cache, download, build", () => {
  const steps = planSteps(catalog["kube-apiserver"], machine(home));
  assert.deepEqual(steps.map(({ kind }) => kind), ["installed", "cache", "download", "make"]);
  assert.deepEqual(steps[0], {
    kind: "installed",
    candidates: ["/usr/bin/kube-apiserver", "/opt/bin/kube-apiserver"],
  });
  assert.deepEqual(steps[1], {
    kind: "cache",
    path: "/me/.cache/kubelb/bin/kube-apiserver-1.36.3-linux-amd64",
  });
});

Deno.test("a program named by the environment is the only one considered", () => {
  const steps = planSteps(catalog.envoy, machine({ ...home, ENVOY_PATH: "/my/envoy" }));
  assert.deepEqual(steps, [{ kind: "environment", variable: "ENVOY_PATH", path: "/my/envoy" }]);
});

Deno.test("an empty variable names nothing", () => {
  const steps = planSteps(catalog.etcd, machine({ ...home, ETCD_PATH: "" }));
  assert.equal(steps[0]?.kind, "installed");
});

Deno.test("XDG_CACHE_HOME moves the cache", () => {
  const steps = planSteps(catalog.etcd, machine({ ...home, XDG_CACHE_HOME: "/cache" }));
  assert(
    steps.some((step) =>
      step.kind === "cache" && step.path === "/cache/kubelb/bin/etcd-3.6.6-linux-amd64"
    ),
  );
});

Deno.test("without a place for the cache the message says what to set", () => {
  assert.throws(() => planSteps(catalog.etcd, machine({})), /neither HOME nor XDG_CACHE_HOME/);
});

Deno.test("nothing is downloaded for a platform without a pinned checksum", () => {
  const steps = planSteps(catalog.etcd, machine(home, "linux-riscv64"));
  assert.deepEqual(steps.map(({ kind }) => kind), ["installed", "cache", "make"]);
});

Deno.test("every pinned checksum is a SHA-256 and every download is HTTPS", () => {
  for (const spec of Object.values(catalog)) {
    for (const { url, sha256 } of Object.values(spec.downloads)) {
      assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.match(url, /^https:\/\//);
    }
  }
});

Deno.test("any patch of the same minor version is compatible, another minor is not", () => {
  assert.equal(isCompatible("1.36.0", "1.36.3"), true);
  assert.equal(isCompatible("1.35.3", "1.36.3"), false);
  assert.equal(isCompatible("1.3.6", "1.36.3"), false);
});
