/**
 * Who the hub is.
 *
 * @module
 */
import { namespaces } from "../../../apis/core/v1.ts";
import type { Logger } from "../../../base/logger.ts";
import type { KubeClient } from "../../../kube/client.ts";

/** Milliseconds: Envoys must be started without an answer, too. */
const patience = 2_000;

/**
 * Makes a function that tells the hub from every other one, whatever address it is reached by: by the
 * UID of its namespace `kube-system`. The answer is remembered; undefined while there is none.
 */
export function hubIdentity(
  client: Pick<KubeClient, "get">,
  log: Logger,
): () => Promise<string | undefined> {
  let asking: Promise<string | undefined> | undefined;
  const ask = async () => {
    try {
      const signal = AbortSignal.timeout(patience);
      const found = await client.get(namespaces, { name: "kube-system" }, { signal });
      // An API server that has just begun with an empty store has not made it yet.
      if (found === undefined) asking = undefined;
      return found?.metadata.uid;
    } catch (error) {
      log.warn("the UID of the hub's namespace kube-system cannot be read", { error });
      asking = undefined;
      return undefined;
    }
  };
  return () => asking ??= ask();
}
