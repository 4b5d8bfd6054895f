/**
 * One control plane for all tests of a file.
 *
 * @module
 */
import {
  type ControlPlane,
  type ControlPlaneOptions,
  startControlPlane,
} from "../../tools/cluster/control_plane.ts";

/**
 * Starts a control plane before the first test of the calling file and ends it after the last. Call
 * it at the top level of the file, several times for several planes; tests get the plane from the
 * function it returns.
 *
 * @param prepare runs once, when the plane is ready; for example `installCrds`.
 */
export function sharedControlPlane(
  options: ControlPlaneOptions,
  prepare: (plane: ControlPlane) => unknown = () => {},
): () => ControlPlane {
  let plane: ControlPlane | undefined;
  Deno.test.beforeAll(async () => {
    plane = await startControlPlane(options);
    await prepare(plane);
  });
  Deno.test.afterAll(() => plane?.[Symbol.asyncDispose]());
  return () => {
    if (plane === undefined) throw new Error(`${options.name} is there only inside a test`);
    return plane;
  };
}
