/**
 * The one program: the manager in the management cluster, or the CCM in a tenant cluster.
 *
 * Each mode is imported only when it is chosen, so that the CCM carries no Envoy code in memory.
 *
 * @module
 */
import { parseMode } from "./modes/mode.ts";

const choice = parseMode(Deno.args);
switch (choice.mode) {
  case "manager": {
    const { runManager } = await import("./modes/manager.ts");
    Deno.exit(await runManager(choice.args));
    break;
  }
  case "ccm": {
    const { runCcm } = await import("./modes/ccm.ts");
    Deno.exit(await runCcm(choice.args));
    break;
  }
  case "text": {
    const { text, exitCode } = choice;
    const stream = exitCode === 0 ? Deno.stdout : Deno.stderr;
    await stream.write(new TextEncoder().encode(text));
    Deno.exit(exitCode);
  }
}
