import assert from "node:assert/strict";
import fc from "fast-check";
import { SetVersion } from "./set_version.ts";

function versionOf(pairs: Iterable<readonly [string, string]>): string {
  const set = new SetVersion();
  for (const [name, version] of pairs) set.add(name, version);
  return set.toString();
}

Deno.test("the same content under two names is not the same as none", () => {
  assert.notEqual(versionOf([["a", "1"], ["b", "1"]]), versionOf([]));
  assert.notEqual(versionOf([["a", "1"]]), versionOf([["b", "1"]]));
  assert.notEqual(versionOf([["a", "1"]]), versionOf([["a", "2"]]));
});

Deno.test("property: the version is that of the set, whatever its history", () => {
  const edits = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.nat({ max: 2 })));
  fc.assert(fc.property(edits, (history) => {
    const set = new SetVersion();
    const members = new Map<string, string>();
    for (const [name, content] of history) {
      const old = members.get(name);
      if (old !== undefined) set.remove(name, old);
      members.delete(name);
      if (content === 0) continue;
      members.set(name, String(content));
      set.add(name, String(content));
    }
    assert.equal(set.toString(), versionOf([...members].sort()));
  }));
});
