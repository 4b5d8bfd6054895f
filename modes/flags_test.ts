import assert from "node:assert/strict";
import fc from "fast-check";
import { flagHelp } from "./flag_help.ts";
import { defineFlags, FlagError, parseFlags } from "./flags.ts";

const flags = defineFlags({
  "cluster-name": { type: "string", default: "", description: "The tenant.", env: "TENANT" },
  "leader-election": {
    type: "boolean",
    default: true,
    description: "Whether one of several leads.",
  },
  replicas: { type: "integer", default: 2, min: 0, description: "How many." },
  timeout: { type: "duration", default: 300_000, description: "How long." },
  cidrs: { type: "list", default: [], description: "Which." },
  "log-format": { type: "enum", default: "json", values: ["json", "text"], description: "How." },
});

function values(args: string[], env: Record<string, string> = {}) {
  const parsed = parseFlags(flags, args, (name) => env[name]);
  assert.equal(parsed.kind, "values");
  return parsed.kind === "values" ? parsed.values : assert.fail();
}

Deno.test("absent flags have their defaults", () => {
  assert.deepEqual(values([]), {
    "cluster-name": "",
    "leader-election": true,
    replicas: 2,
    timeout: 300_000,
    cidrs: [],
    "log-format": "json",
  });
});

Deno.test("both of Go's spellings are read, with one dash or two", () => {
  for (
    const args of [["--replicas=5"], ["--replicas", "5"], ["-replicas=5"], ["-replicas", "5"]]
  ) assert.equal(values(args).replicas, 5, args.join(" "));
});

Deno.test("a switch needs no value and takes the next argument for a flag of its own", () => {
  assert.equal(values(["--leader-election"])["leader-election"], true);
  assert.equal(values(["--leader-election=false"])["leader-election"], false);
  const both = values(["--leader-election", "--replicas", "0"]);
  assert.deepEqual([both["leader-election"], both.replicas], [true, 0]);
});

Deno.test("a value may contain an equals sign or be empty", () => {
  assert.equal(values(["--cluster-name=a=b"])["cluster-name"], "a=b");
  assert.equal(values(["--cluster-name=", "--replicas=1"])["cluster-name"], "");
});

Deno.test("the last of several wins, and a list collects", () => {
  assert.equal(values(["--replicas=1", "--replicas=3"]).replicas, 3);
  assert.deepEqual(values(["--cidrs=10.0.0.0/8, ::/0", "--cidrs", "1.2.3.4/32"]).cidrs, [
    "10.0.0.0/8",
    "::/0",
    "1.2.3.4/32",
  ]);
});

Deno.test("the environment stands between the command line and the default", () => {
  assert.equal(values([], { TENANT: "acme" })["cluster-name"], "acme");
  assert.equal(values(["--cluster-name=umbrella"], { TENANT: "acme" })["cluster-name"], "umbrella");
});

Deno.test("errors say which flag is wrong and what to write instead", () => {
  const table: [string[], RegExp][] = [
    [["--cluster-nam=x"], /^unknown flag --cluster-nam; did you mean --cluster-name\?$/],
    [["--leader"], /did you mean --leader-election\?$/],
    [["--frobnicate"], /^unknown flag --frobnicate$/],
    [["--toString"], /^unknown flag --toString$/],
    [["--replicas"], /^--replicas needs a value: --replicas=<number, 0 or more>$/],
    [["--replicas=many"], /^--replicas: "many" is not valid, write <number, 0 or more>$/],
    [["--replicas=-1"], /is not valid/],
    [["--timeout=5"], /write <duration, as 30s or 5m>$/],
    [["--leader-election=maybe"], /write true\|false$/],
    [["--log-format=xml"], /write json\|text$/],
    [["acme"], /^unexpected argument "acme": only flags are read$/],
    [["--"], /^unexpected argument "--"/],
  ];
  for (const [args, message] of table) {
    assert.throws(
      () => parseFlags(flags, args),
      (error) =>
        error instanceof FlagError && message.test(error.message) || assert.fail(`${error}`),
    );
  }
});

Deno.test("help and version are answered wherever they stand", () => {
  for (const args of [["--help"], ["-h"], ["--replicas=1", "-help"]]) {
    assert.equal(parseFlags(flags, args).kind, "help");
  }
  assert.equal(parseFlags(flags, ["--version"]).kind, "version");
  assert.equal(parseFlags(flags, ["--help", "extra"]).kind, "help");
});

Deno.test("help and version can be switched off, as any other switch", () => {
  assert.equal(values(["--help=false", "--version=false", "--replicas=5"]).replicas, 5);
  assert.equal(parseFlags(flags, ["--help=true"]).kind, "help");
  assert.throws(() => parseFlags(flags, ["--help=extra"]), /--help: "extra" is not valid/);
});

Deno.test("no command line makes the parser fail other than with a FlagError", () => {
  const word = fc.oneof(fc.string(), fc.constantFrom(...Object.keys(flags).map((f) => `--${f}`)));
  fc.assert(fc.property(fc.array(word), (args) => {
    try {
      parseFlags(flags, args);
    } catch (error) {
      assert.ok(error instanceof FlagError, String(error));
    }
  }));
});

Deno.test("help names every flag with its default, in lines that fit a terminal", () => {
  const text = flagHelp("Usage: kubelb --mode=ccm [flags]", flags);
  for (const name of Object.keys(flags)) assert.ok(text.includes(`  --${name}`), name);
  assert.match(text, /--timeout=<duration, as 30s or 5m>\n +How long\. Default 5m\./);
  assert.match(text, /Environment: TENANT\./);
  assert.ok(text.split("\n").every((line) => line.length <= 100));
});
