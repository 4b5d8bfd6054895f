import assert from "node:assert/strict";
import { capture } from "../../binaries/capture.ts";
import { Sandbox } from "../../process/sandbox.ts";
import { makeImage } from "./image.ts";

Deno.test("an image is an OCI layout: index, manifest, configuration and layer by their hashes", async () => {
  await using sandbox = await Sandbox.create("image");
  const program = await sandbox.write("program", "#!/bin/sh\n");
  await Deno.mkdir(sandbox.path("work"));
  await Deno.mkdir(sandbox.path("read"));
  const archive = sandbox.path("image.tar");
  const content = { name: "kubelb.test/a:1", files: { "/bin/a": program }, entrypoint: ["/bin/a"] };
  await makeImage(content, sandbox.path("work"), archive);
  assert.ok((await capture("tar", ["-xf", archive, "-C", sandbox.path("read")])).ok);

  const read = async (path: string) =>
    JSON.parse(await Deno.readTextFile(sandbox.path("read", path)));
  const blob = (digest: string) => `blobs/sha256/${digest.replace("sha256:", "")}`;
  const [entry] = (await read("index.json")).manifests;
  assert.equal(entry.annotations["io.containerd.image.name"], "kubelb.test/a:1");
  const manifest = await read(blob(entry.digest));
  const config = await read(blob(manifest.config.digest));
  assert.deepEqual(config.config.Entrypoint, ["/bin/a"]);
  assert.deepEqual(config.rootfs.diff_ids, [manifest.layers[0].digest]);
  const layer = sandbox.path("read", blob(manifest.layers[0].digest));
  const { output } = await capture("tar", ["-tvf", layer]);
  assert.match(output, /-rwxr-xr-x 0\/0 .* \.\/bin\/a/);
});
