import assert from "node:assert/strict";
import { ours } from "./contenders.ts";
import { measureChanges } from "./measure_changes.ts";

for (const variant of ["delta", "sotw"] as const) {
  Deno.test(`every change reaches every stream of the ${variant} variant, once`, async () => {
    const setting = { variant, resources: 5, streams: 2 };
    const [cost, ...none] = await measureChanges([ours()], setting, {
      samples: 20,
      budget: 60_000,
    });
    assert.equal(none.length, 0);
    assert.equal(cost!.latencies.length, 20 * setting.streams);
    assert.ok(cost!.latencies.every((latency) => latency > 0));
    // One assignment and its acknowledgement, not five.
    assert.ok(cost!.bytes > 200 && cost!.bytes < 600, `${cost!.bytes} bytes`);
    assert.ok(cost!.cpu > 0 && cost!.resident > 0);
  });
}
