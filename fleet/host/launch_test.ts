import assert from "node:assert/strict";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { systemClock } from "../../base/clock.ts";
import { launch, ownMemorySettings } from "./launch.ts";

Deno.test("Envoy inherits all but what this program's tasks set for itself", async () => {
  const folder = await Deno.makeTempDir();
  const settings = [...ownMemorySettings, "MALLOC_CONF"];
  // What is launched keeps no program alive.
  using _alive = systemClock.timer(() => {}, 60_000);
  const before = new Map(settings.map((name) => [name, Deno.env.get(name)]));
  try {
    for (const name of settings) Deno.env.set(name, "1");
    const output = join(folder, "output");
    const environment = { OWN: "2" };
    const { exited } = await launch({ program: "env", args: [], folder, environment, output });
    assert.equal(await exited, "exited with code 0");
    const lines = (await Deno.readTextFile(output)).split("\n");
    assert.deepEqual(lines.filter((line) => /^(MALLOC|OWN)/.test(line)).sort(), [
      "MALLOC_CONF=1",
      "OWN=2",
    ]);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is not inherited is what the tasks set", () => {
  for (const task of [config.tasks.manager, config.tasks.ccm]) {
    const names = [...task.matchAll(/(MALLOC_\w+)=/g)].map(([, name]) => name);
    assert.deepEqual(names, ownMemorySettings);
  }
});
