import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { renderDeclarations } from "./declarations.ts";
import { prune } from "./prune.ts";

const wanted = `
syntax = "proto3";
package wanted;
message Outer {
  Inner inner = 1;
  oneof choice {
    string text = 2;
    left.Out out = 3;
  }
  oneof only { left.Out single = 4; }
  repeated string names = 5;
  map<string, Kind> kinds = 6;
  message Inner { int64 count = 1; }
}
enum Kind { NONE = 0; SOME = 1; }
`;
const others = `
syntax = "proto3";
package left;
message Out {}
message Unused {}
`;

function parse(): protobuf.Root {
  const root = new protobuf.Root();
  for (const [name, source] of [["wanted.proto", wanted], ["others.proto", others]] as const) {
    // Not in the types, but how protobufjs learns which file a definition is from.
    Object.assign(protobuf.parse, { filename: name });
    protobuf.parse(source, root);
  }
  root.resolveAll();
  return root;
}

Deno.test("only what the wanted files refer to is kept", () => {
  const root = parse();
  prune(root, ["wanted.proto"], []);
  assert(root.lookupType("left.Out"));
  assert.equal(root.lookup("left.Unused"), null);
});

Deno.test("what is left out goes with the fields and choices that refer to it", () => {
  const root = parse();
  prune(root, ["wanted.proto"], ["left"]);
  const outer = root.lookupType("wanted.Outer");
  assert.deepEqual(Object.keys(outer.fields), ["inner", "text", "names", "kinds"]);
  assert.deepEqual(outer.oneofs["choice"]?.oneof, ["text"]);
  assert.equal(outer.oneofs["only"], undefined);
  assert.equal(root.lookup("left.Out"), null);
});

Deno.test("declarations: what may be encoded, and what was decoded", () => {
  const root = parse();
  prune(root, ["wanted.proto"], ["left"]);
  const text = renderDeclarations(root);
  for (
    const line of [
      "export interface IOuter {",
      "inner?: wanted.Outer.IInner | null | undefined;",
      "names?: readonly string[] | null | undefined;",
      "inner: wanted.Outer.Inner | null;",
      "text: string | null;",
      'readonly choice?: "text" | undefined;',
      "kinds: { [key: string]: wanted.Kind };",
      "SOME = 1,",
      "count: number;",
    ]
  ) assert(text.includes(line), `${line} in\n${text}`);
});
