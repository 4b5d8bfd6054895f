import assert from "node:assert/strict";
import { FigureTable } from "./figure_table.ts";

Deno.test("each row is told as it comes, and all are in the table", () => {
  const told: string[] = [];
  const table = new FigureTable((line) => told.push(line));
  const row = (figure: string, ours: string) => ({ figure, upstream: "–", aim: "≤ 1", ours });
  table.add(row("a", "0.5"), row("b", "2"));
  assert.deepEqual(told, ["a: 0.5", "b: 2"]);
  assert.equal(
    table.toString(),
    "| Figure | upstream | aim | ours |\n" +
      "| ------ | -------- | --- | ---- |\n" +
      "| a      | –        | ≤ 1 | 0.5  |\n" +
      "| b      | –        | ≤ 1 | 2    |\n",
  );
});
