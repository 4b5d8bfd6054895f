import assert from "node:assert/strict";
import { parseJunitReport } from "./junit_report.ts";

Deno.test("passed, failed, cancelled and skipped tests are told apart", () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="1" time="0.212">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="2">
        <testcase name="runs" classname="./a_test.ts" time="0.000" line="1" col="6">
        </testcase>
        <testcase name="later" classname="./a_test.ts" time="0.000" line="2" col="6">
            <skipped/>
        </testcase>
        <testcase name="says &lt;&amp;&gt; &quot;no&quot;" classname="./a_test.ts" time="0.003" line="3" col="6">
            <failure message="Uncaught Error: boo &lt;x&gt;">Error: boo &lt;x&gt;</failure>
        </testcase>
        <testcase name="was cut short" classname="./a_test.ts" time="0.000" line="4" col="6">
            <error message="Cancelled"/>
        </testcase>
    </testsuite>
</testsuites>`;
  const file = "a_test.ts";
  assert.deepEqual(parseJunitReport(report), [
    { file, name: "runs", result: "passed" },
    { file, name: "later", result: "skipped" },
    { file, name: 'says <&> "no"', result: "failed" },
    { file, name: "was cut short", result: "failed" },
  ]);
});

Deno.test("a report without tests is empty", () => {
  assert.deepEqual(parseJunitReport('<testsuites name="deno test" tests="0">\n</testsuites>'), []);
});
