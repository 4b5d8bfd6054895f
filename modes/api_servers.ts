/**
 * What both modes want to know about the API servers that they depend on.
 *
 * @module
 */
import type { Logger } from "../base/logger.ts";
import { isApiError } from "../kube/api_error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { ClusterConfig } from "../kube/cluster_config.ts";
import { describeTroubles } from "../kube/informer_troubles.ts";
import type { Informers } from "../kube/informers.ts";

/** Milliseconds that an API server gets for its first answer; then the program starts without it. */
const startPatience = 5_000;

/**
 * Asks the API server of `client` whether it knows us. A credential that it refuses is a mistake
 * that waiting does not mend; a server that does not answer is not.
 *
 * @throws {Error} when the credential is refused; the message says where it came from.
 */
export async function checkCredential(
  client: KubeClient,
  { source }: ClusterConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(startPatience)]);
  const { name: cluster, server } = client;
  try {
    await client.request({ path: "/version", signal: limit });
  } catch (error) {
    if (signal.aborted) return;
    if (isApiError(error, "Unauthorized")) {
      throw new Error(`${cluster} cluster, ${source}`, { cause: error });
    }
    log.warn("waiting for an API server", { cluster, server, error });
  }
}

/** What is not current, with the API server's own words: a missing CRD, a missing permission. */
export function problems(informers: Informers): string | undefined {
  return describeTroubles(informers.troubles());
}
