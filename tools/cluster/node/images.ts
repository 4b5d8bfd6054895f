/**
 * The images that the pods of throw-away clusters run.
 *
 * @module
 */
import { catalog } from "../../binaries/catalog.ts";
import { findBinary } from "../../binaries/find.ts";
import { Sandbox } from "../../process/sandbox.ts";
import { type ImageContent, makeImage, withLibraries } from "./image.ts";
import { pauseImage } from "./node_settings.ts";

/** Envoy, as the manager asks for it by default: the official image cannot be had offline. */
export const envoyImage = `docker.io/envoyproxy/envoy:distroless-v${catalog.envoy.version}`;

/** A backend, with the arguments `serve <port>`. */
export const podImage = "kubelb.test/pod:1";

/** Makes archives of these images, and of others, in `sandbox`; returns their paths. */
export async function makeImages(
  sandbox: Sandbox,
  others: readonly ImageContent[] = [],
): Promise<string[]> {
  const envoy = await findBinary("envoy");
  const pod = await findBinary("pod");
  const contents: ImageContent[] = [
    {
      name: envoyImage,
      files: await withLibraries("/usr/local/bin/envoy", envoy),
      entrypoint: ["/usr/local/bin/envoy"],
    },
    { name: podImage, files: { "/pod": pod }, entrypoint: ["/pod"] },
    { name: pauseImage, files: { "/pod": pod }, entrypoint: ["/pod", "pause"] },
    ...others,
  ];
  return await Promise.all(
    contents.map(async (content, index) => {
      const work = sandbox.path(`image-${index}`);
      await Deno.mkdir(work);
      const archive = sandbox.path(`image-${index}.tar`);
      await makeImage(content, work, archive);
      await Deno.remove(work, { recursive: true });
      return archive;
    }),
  );
}
