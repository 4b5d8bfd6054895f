import assert from "node:assert/strict";
import { HealthChecks } from "./health_checks.ts";

async function ask(checks: HealthChecks, target: string): Promise<[number, string]> {
  const url = new URL(target, "http://localhost");
  const response = await checks.answer("/readyz", url.pathname, url.searchParams);
  return [response.status, await response.text()];
}

const well = () =>
  new HealthChecks().add("ping", () => {}).add(
    "caches",
    async () => await Promise.resolve(undefined),
  );

Deno.test("all well is a short ok", async () => {
  assert.deepEqual(await ask(well(), "/readyz"), [200, "ok"]);
});

Deno.test("verbose lists every check", async () => {
  const expected = "[+]ping ok\n[+]caches ok\nreadyz check passed\n";
  assert.deepEqual(await ask(well(), "/readyz?verbose"), [200, expected]);
});

Deno.test("what is wrong is named with its reason, also without verbose", async () => {
  const checks = well().add("caches", () => "routes: waiting for the first list");
  const expected =
    "[+]ping ok\n[-]caches failed: routes: waiting for the first list\nreadyz check failed\n";
  assert.deepEqual(await ask(checks, "/readyz"), [503, expected]);
});

Deno.test("a check that throws is a check that fails", async () => {
  const checks = well().add("caches", () => Promise.reject(new Error("no idea")));
  const [status, text] = await ask(checks, "/readyz");
  assert.equal(status, 503);
  assert.match(text, /\[-\]caches failed: no idea/);
});

Deno.test("one check can be asked alone, or left out", async () => {
  const checks = well().add("caches", () => "broken");
  assert.deepEqual(await ask(checks, "/readyz/ping"), [200, "ok"]);
  assert.equal((await ask(checks, "/readyz/caches"))[0], 503);
  assert.deepEqual(await ask(checks, "/readyz?exclude=caches"), [200, "ok"]);
  assert.deepEqual(await ask(checks, "/readyz/unknown"), [404, `no check "unknown"\n`]);
});
