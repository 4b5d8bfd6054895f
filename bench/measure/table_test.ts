import assert from "node:assert/strict";
import { renderTable } from "./table.ts";

Deno.test("columns are as wide as their widest cell", () => {
  assert.equal(
    renderTable(["figure", "ours"], [["start", "0.4 s"], ["a longer one", ""]]),
    [
      "| figure       | ours  |",
      "| ------------ | ----- |",
      "| start        | 0.4 s |",
      "| a longer one |       |",
      "",
    ].join("\n"),
  );
});
