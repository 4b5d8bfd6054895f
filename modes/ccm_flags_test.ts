import assert from "node:assert/strict";
import { parseCcmFlags } from "./ccm_flags.ts";
import { FlagError } from "./flags.ts";

const noEnvironment = () => undefined;

Deno.test("the command line of upstream's CCM is understood", () => {
  const parsed = parseCcmFlags([
    "--cluster-name=acme",
    "--kubelb-kubeconfig=/etc/kubelb/kubeconfig",
    "--node-address-type=InternalIP",
    "--use-loadbalancer-class=true",
    "--enable-cloud-provider=false",
    "--enable-leader-election",
    "--metrics-addr=127.0.0.1:9445",
    "--health-probe-bind-address=:8081",
  ], noEnvironment);
  assert.ok(parsed.kind === "values");
  assert.equal(parsed.values["node-address-type"], "InternalIP");
  assert.equal(parsed.values["enable-cloud-provider"], false);
});

Deno.test("a CCM without a usable tenant name does not start", () => {
  for (const args of [[], ["--cluster-name="], ["--cluster-name=Acme"], ["--cluster-name=a/b"]]) {
    assert.throws(() => parseCcmFlags(args, noEnvironment), FlagError, args.join(" "));
  }
});

Deno.test("help is given without a tenant name", () => {
  assert.equal(parseCcmFlags(["--help"], noEnvironment).kind, "help");
});
