/**
 * Which releases of Deno can serve Envoys.
 *
 * @module
 */

/** What is to be thought of a release. */
export type ReleaseVerdict =
  | { readonly kind: "good" }
  /** Nobody has tried: it may work. */
  | { readonly kind: "untested"; readonly message: string }
  /** It is known not to work. */
  | { readonly kind: "unusable"; readonly message: string };

const advice = "run the manager with Deno 2.9.3";

/**
 * From 2.9.4 on, Deno's `node:http2` server aborts the whole process when clients disconnect (measured:
 * 2.9.4, 2.9.5, 2.9.6 and 2.9.8; SIGSEGV or a failed assertion, in up to nine runs of ten); up to 2.7.4
 * it cannot serve gRPC at all. `tests/xds/disconnect_test.ts` is the recipe.
 */
export function judgeDenoRelease(version: string): ReleaseVerdict {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.+-]/).map(Number);
  const number = major * 1e6 + minor * 1e3 + patch;
  if (number < 2_007_005) {
    return { kind: "unusable", message: `Deno ${version} cannot serve gRPC: ${advice}` };
  }
  if (number >= 2_009_004 && number < 2_010_000) {
    const message = `Deno ${version} ends the whole program when an Envoy disconnects: ${advice}`;
    return { kind: "unusable", message };
  }
  if (number === 2_009_003) return { kind: "good" };
  return { kind: "untested", message: `nobody has tried Deno ${version}: if in doubt, ${advice}` };
}
