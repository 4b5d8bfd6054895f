import assert from "node:assert/strict";
import fc from "fast-check";
import { parseFleetRecord } from "./fleet_record.ts";

const process = { pid: 7, startTime: 1234, bootId: "8c1f" };
const record = { statsPort: 21_001, readyPort: 21_002, claim: "@kubelb-envoy/0a", process };

Deno.test("a record survives being written and read", () => {
  assert.deepEqual(parseFleetRecord(JSON.stringify(record)), record);
});

Deno.test("it is remembered that a process was being ended", () => {
  const ending = { ...record, ending: true };
  assert.deepEqual(parseFleetRecord(JSON.stringify(ending)), ending);
});

Deno.test("a record written before the process was started has none", () => {
  const { process: _, ...before } = record;
  assert.deepEqual(parseFleetRecord(JSON.stringify(before)), before);
});

Deno.test("a process that is not described completely is taken for none", () => {
  const broken = { ...record, process: { pid: 7 } };
  assert.equal(parseFleetRecord(JSON.stringify(broken))?.process, undefined);
});

Deno.test("no text makes the reader fail", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    parseFleetRecord(text);
  }));
  for (const bad of ["", "{", "null", "[]", "{}", '{"statsPort":"5"}']) {
    assert.equal(parseFleetRecord(bad), undefined);
  }
});
