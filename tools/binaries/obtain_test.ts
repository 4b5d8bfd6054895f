import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Sandbox } from "../process/sandbox.ts";
import { type BinarySpec, catalog, type Download } from "./catalog.ts";
import { obtainBinary } from "./obtain.ts";
import type { Machine } from "./plan.ts";

/** A program that only knows its version. */
function program(version: string): string {
  return `#!/bin/sh\necho "etcd Version: ${version}"\n`;
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** etcd's entry with another download, and a recipe that cannot work. */
function specWith(download: Download): BinarySpec {
  return {
    ...catalog.etcd,
    downloads: { "test-cpu": download },
    recipe: { kind: "go", folder: "etcd", packageName: "./no-such-package", ldflags: "" },
  };
}

function machineIn(sandbox: Sandbox, env: Record<string, string> = {}): Machine {
  const all: Record<string, string> = { HOME: sandbox.folder, PATH: "", ...env };
  return { platform: "test-cpu", env: (name) => all[name] };
}

class FileServer implements AsyncDisposable {
  requests = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(content: string | Uint8Array<ArrayBuffer>) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
      this.requests++;
      return new Response(content);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/etcd`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test("a download goes into the cache and is used from there the next time", async () => {
  await using sandbox = await Sandbox.create("obtain");
  await using server = new FileServer(program("3.6.6"));
  const spec = specWith({ url: server.url, sha256: sha256(program("3.6.6")) });
  const machine = machineIn(sandbox);
  const path = await obtainBinary(spec, { machine });
  assert.equal(path, sandbox.path(".cache/kubelb/bin/etcd-3.6.6-test-cpu"));
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o755);
  assert.equal(await obtainBinary(spec, { machine }), path);
  assert.equal(server.requests, 1);
});

Deno.test("a program inside an archive is taken out", async () => {
  await using sandbox = await Sandbox.create("obtain");
  await sandbox.write("etcd-v1/etcd", program("3.6.6"));
  const tar = new Deno.Command("tar", { args: ["-czf", "a.tgz", "etcd-v1"], cwd: sandbox.folder });
  assert((await tar.output()).success);
  const archive = await Deno.readFile(sandbox.path("a.tgz"));
  await using server = new FileServer(archive);
  const hash = createHash("sha256").update(archive).digest("hex");
  const spec = specWith({ url: server.url, sha256: hash, member: "etcd-v1/etcd" });
  const path = await obtainBinary(spec, { machine: machineIn(sandbox) });
  assert.equal(await Deno.readTextFile(path), program("3.6.6"));
});

Deno.test("two at the same time download once and both get it", async () => {
  await using sandbox = await Sandbox.create("obtain");
  await using server = new FileServer(program("3.6.6"));
  const spec = specWith({ url: server.url, sha256: sha256(program("3.6.6")) });
  const machine = machineIn(sandbox);
  const [first, second] = await Promise.all([
    obtainBinary(spec, { machine }),
    obtainBinary(spec, { machine }),
  ]);
  assert.equal(first, second);
  assert.equal(server.requests, 1);
});

Deno.test("when nothing works, the message names every attempt and the way out", async () => {
  await using sandbox = await Sandbox.create("obtain");
  await using server = new FileServer("tampered");
  const spec = specWith({ url: server.url, sha256: sha256(program("3.6.6")) });
  const old = await sandbox.write("bin/etcd", program("3.5.0"));
  await Deno.chmod(old, 0o755);
  const machine = machineIn(sandbox, { PATH: sandbox.path("bin") });
  await assert.rejects(obtainBinary(spec, { machine }), (error: Error) => {
    assert.match(error.message, /etcd 3\.6\.6 could not be obtained/);
    assert.match(error.message, /bin\/etcd is version 3\.5\.0, wanted is 3\.6\.6/);
    assert.match(error.message, /checksum is/);
    assert.match(error.message, /go build failed/);
    assert.match(error.message, /set ETCD_PATH/);
    return true;
  });
  const left: string[] = [];
  for await (const { name } of Deno.readDir(sandbox.path(".cache/kubelb/bin"))) left.push(name);
  assert.deepEqual(left, ["etcd-3.6.6-test-cpu.lock"]);
});

Deno.test("a download that is not the version it should be is refused", async () => {
  await using sandbox = await Sandbox.create("obtain");
  await using server = new FileServer(program("9.9.9"));
  const spec = specWith({ url: server.url, sha256: sha256(program("9.9.9")) });
  const result = obtainBinary(spec, { machine: machineIn(sandbox) });
  await assert.rejects(result, /reports version 9\.9\.9, not 3\.6\.6/);
});

Deno.test("an installed program of the same minor version is used without asking anyone", async () => {
  await using sandbox = await Sandbox.create("obtain");
  const installed = await sandbox.write("bin/etcd", program("3.6.1"));
  await Deno.chmod(installed, 0o755);
  const lines: string[] = [];
  const path = await obtainBinary(catalog.etcd, {
    machine: machineIn(sandbox, { PATH: sandbox.path("bin") }),
    report: (line) => void lines.push(line),
  });
  assert.equal(path, installed);
  assert.deepEqual(lines, [`etcd: ${installed}`]);
});

Deno.test("a variable that names nothing is an error, not a reason to look elsewhere", async () => {
  await using sandbox = await Sandbox.create("obtain");
  const machine = machineIn(sandbox, { ETCD_PATH: "/no/such/etcd" });
  await assert.rejects(
    obtainBinary(catalog.etcd, { machine }),
    /ETCD_PATH names \/no\/such\/etcd, which is not a file/,
  );
});
