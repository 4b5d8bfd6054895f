import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

Deno.test("the CCM carries no Envoy and no gRPC code in memory", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", fileURLToPath(new URL("ccm.ts", import.meta.url))],
  });
  const { stdout } = await command.output();
  const graph: { modules: { specifier: string }[] } = JSON.parse(new TextDecoder().decode(stdout));
  const names = graph.modules.map(({ specifier }) => specifier);
  assert.ok(names.length > 50);
  assert.deepEqual(
    names.filter((name) => /\/(envoy|fleet|gateway)\/|grpc|protobufjs/.test(name)),
    [],
  );
});
