/**
 * Container images made from files of this machine, without a registry and without a build tool.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { capture } from "../../binaries/capture.ts";
import { thisMachine } from "../../binaries/this_machine.ts";

/** What an image consists of. */
export interface ImageContent {
  /** As in a pod: `kubelb.test/pod:1`. A name without a registry's host is Docker's. */
  readonly name: string;
  /** Path in the image → path on this machine. */
  readonly files: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";

/**
 * Writes an archive that `ctr images import` takes: an OCI layout with one layer.
 *
 * @param folder an empty one, for the work.
 * @param target path of the archive.
 */
export async function makeImage(
  { name, files, entrypoint }: ImageContent,
  folder: string,
  target: string,
): Promise<void> {
  const root = join(folder, "root");
  for (const [inside, file] of Object.entries(files)) {
    await Deno.mkdir(dirname(root + inside), { recursive: true });
    await Deno.copyFile(file, root + inside);
    await Deno.chmod(root + inside, 0o755);
  }
  await Deno.mkdir(join(root, "tmp"), { recursive: true });
  await Deno.chmod(join(root, "tmp"), 0o1777);
  const layout = join(folder, "layout");
  const blobs = join(layout, "blobs/sha256");
  await Deno.mkdir(blobs, { recursive: true });
  const layer = join(folder, "layer.tar");
  await tar(root, layer);
  const store = async (bytes: Uint8Array<ArrayBuffer>, mediaType: string) => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    await Deno.writeFile(join(blobs, hash), bytes);
    return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
  };
  const content = await store(
    await Deno.readFile(layer),
    "application/vnd.oci.image.layer.v1.tar",
  );
  const [os, architecture] = thisMachine.platform.split("-");
  const config = await store(
    json({
      architecture,
      os,
      config: { Entrypoint: entrypoint, Env: ["PATH=/usr/local/bin:/usr/bin:/bin"] },
      rootfs: { type: "layers", diff_ids: [content.digest] },
    }),
    "application/vnd.oci.image.config.v1+json",
  );
  const manifest = await store(
    json({ schemaVersion: 2, mediaType: manifestType, config, layers: [content] }),
    manifestType,
  );
  const annotations = { "io.containerd.image.name": name };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await Deno.writeFile(join(layout, "index.json"), json(index));
  await Deno.writeFile(join(layout, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
  await tar(layout, target);
}

/** A dynamically linked program together with its libraries and its loader, for an image. */
export async function withLibraries(
  path: string,
  program: string,
): Promise<Record<string, string>> {
  const { ok, output } = await capture("ldd", [program]);
  if (!ok) throw new Error(`ldd ${program}: ${output}`);
  const libraries = [...output.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, library = ""]) =>
    library
  );
  return { [path]: program, ...Object.fromEntries(libraries.map((file) => [file, file])) };
}

function json(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function tar(folder: string, archive: string): Promise<void> {
  const owner = ["--owner=0", "--group=0", "--numeric-owner"];
  const { ok, output } = await capture("tar", ["-cf", archive, ...owner, "-C", folder, "."]);
  if (!ok) throw new Error(`tar ${folder}: ${output}`);
}
