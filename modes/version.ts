/**
 * What this build calls itself.
 *
 * @module
 */
import configuration from "../deno.json" with { type: "json" };

/** The release, from `deno.json`. */
export const version: string = configuration.version;

/** The edition that `TenantState` and `Config` report; upstream's tools read it. */
export const edition = "CE";

/** One line for `--version`. */
export function versionText(): string {
  return `kubelb ${version} (deno ${Deno.version.deno}, ${Deno.build.os}/${Deno.build.arch})`;
}
