/**
 * Writes the result into every golden file of the translation; look at the difference afterwards.
 *
 * A new case is a new file in `envoy/translate/goldens/` with its `service:` (or `bootstrap:`).
 *
 * ```sh
 * deno run -A tools/regenerate_goldens.ts
 * ```
 *
 * @module
 */
import { goldenFolder, renderGolden } from "../envoy/translate/testing/golden_file.ts";

if (import.meta.main) {
  for await (const { name } of Deno.readDir(goldenFolder)) {
    const file = new URL(name, goldenFolder);
    await Deno.writeTextFile(file, renderGolden(await Deno.readTextFile(file)));
  }
}
