/**
 * What the Envoy of a fleet itself says, asked as an operator would: through its admin socket.
 *
 * @module
 */
import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { Program } from "../../tools/process/program.ts";

/** The answer to a GET of `path`. @throws Error when Envoy does not answer with 200. */
export function askEnvoy(manager: Program, fleet: string, path: string): Promise<string> {
  const socketPath = `${manager.folder}/state/fleets/${fleet}/admin.sock`;
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, agent: false }, async (response) => {
      const body = await text(response).catch(reject);
      if (response.statusCode === 200) resolve(body ?? "");
      else reject(new Error(`Envoy answered ${response.statusCode} to ${path}: ${body}`));
    });
    asking.on("error", reject);
    asking.end();
  });
}
