/**
 * The README's first command, as a user types it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { DemoRun } from "./demo_run.ts";

Deno.test("the demo verifies itself and leaves no process and no folder", async () => {
  await using demo = await DemoRun.start(["--once"]);
  assert.equal(await demo.exited(), 0, demo.output);
  assert.match(demo.output, /Service web: 127\.\d+\.\d+\.\d+:8080\/TCP/);
  assert.match(demo.output, /requests to dns \(UDP\): node-1 ×\d+, node-2 ×\d+, node-3 ×\d+/);
  assert.match(demo.output, /5353 no longer answers/);
  assert.deepEqual(await demo.remains(), []);
});

Deno.test("a second start answers soon, stays, and leaves nothing at Ctrl-C", async () => {
  const start = systemClock.monotonic();
  await using demo = await DemoRun.start([]);
  await demo.waitFor(/Service \w+: .* first answer after \d+ ms/);
  const seconds = (systemClock.monotonic() - start) / 1000;
  // 7 s on two idle cores; the bound is for machines that do something else as well.
  assert.ok(seconds < 30, `the first answered request after ${seconds.toFixed(1)} s`);
  assert.ok(secondsToFirstAnswer(demo.output) <= seconds, "it does not flatter itself");

  await demo.waitFor(/delete service web/);
  for (const [, url] of demo.output.matchAll(/(http:\/\/[\d.:]+[\w/]*)/g)) {
    const response = await fetch(url!);
    const text = await response.text();
    assert.ok(response.ok, `${url} answers ${response.status}: ${text}`);
    if (url!.endsWith(":8080")) assert.match(JSON.parse(text).identity, /^node-[23]$/);
  }
  demo.interrupt();
  assert.equal(await demo.exited(), 0, demo.output);
  assert.match(demo.output, /stopping/);
  assert.deepEqual(await demo.remains(), []);
});

for (
  const [moment, pattern] of [
    ["before anything runs", /kubectl: /],
    ["while the control planes start", /control plane at/],
    ["while the CCM starts", /tenant acme registered/],
  ] as const
) {
  Deno.test(`Ctrl-C ${moment} leaves nothing`, async () => {
    await using demo = await DemoRun.start([]);
    await demo.waitFor(pattern);
    demo.interrupt();
    assert.equal(await demo.exited(), 130, demo.output);
    await demo.assertGone();
  });
}

Deno.test("an Envoy that does not run is a failure that is explained, and leaves nothing", async () => {
  await using demo = await DemoRun.start(["--once"], { ENVOY_PATH: "/bin/false" });
  assert.equal(await demo.exited(), 1, demo.output);
  assert.match(demo.output, /The manager says:\n.*Envoy exited with code 1/);
  assert.match(demo.output, /demo failed: /);
  assert.deepEqual(await demo.remains(), []);
});

Deno.test("kill -9 of the demo's parent leaves nothing", async () => {
  await using demo = await DemoRun.start([]);
  await demo.waitFor(/Everything keeps running until Ctrl-C/);
  demo.killParent();
  await demo.assertGone();
});

Deno.test("a wrong flag of the demo is named, with the usage", async () => {
  await using demo = await DemoRun.start(["--twice"]);
  assert.equal(await demo.exited(), 2);
  assert.match(demo.output, /unknown flag --twice[^]*Usage: deno task demo/);
});

/** From the demo's own words: when everything was ready, and how long the first Service took. */
function secondsToFirstAnswer(output: string): number {
  const ready = /\[ *([\d.]+) s\] CCM ready/.exec(output)?.[1];
  const first = /first answer after (\d+) ms/.exec(output)?.[1];
  assert.ok(ready !== undefined && first !== undefined, output);
  return Number(ready) + Number(first) / 1000;
}
