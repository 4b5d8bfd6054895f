/**
 * Exec and OIDC plugins of kubeconfig files, by way of `@kubernetes/client-node`.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import type { Credential, Identity } from "./credential.ts";
import { Deadline } from "./deadline.ts";
import { obedient } from "./obedient_body.ts";

/** Milliseconds after which a plugin is given up: it may wait for a browser that nobody sees. */
const patience = 60_000;

/**
 * A credential that a kubeconfig's `exec` or `auth-provider` plugin produces.
 *
 * The library behind it costs about 75 MB of memory, hence it is imported only when such a
 * kubeconfig is really used.
 */
export function pluginCredential(
  path: string,
  context: string,
  clock: Clock = systemClock,
): Credential {
  let source: Promise<() => Promise<Identity>> | undefined;
  let underWay: { readonly answer: Promise<Identity>; readonly fresh: boolean } | undefined;
  const ask = async (): Promise<Identity> => {
    using deadline = new Deadline(clock, patience);
    const plugin = source ??= openPlugin(path, context);
    try {
      return await obedient(plugin.then((run) => run()), deadline.signal);
    } catch (error) {
      if (source === plugin) source = undefined;
      throw new Error(`kubeconfig ${path}: the credential plugin of "${context}" failed`, {
        cause: error,
      });
    }
  };
  return {
    async identity(fresh) {
      // All watches meet the same 401 at the same time: one run of the plugin serves them all.
      if (underWay !== undefined && (underWay.fresh || !fresh)) return await underWay.answer;
      // A new KubeConfig object has no cached token: that is the library's only way to refresh.
      if (fresh) source = undefined;
      const mine = underWay = { answer: ask(), fresh };
      try {
        return await mine.answer;
      } finally {
        if (underWay === mine) underWay = undefined;
      }
    },
  };
}

async function openPlugin(path: string, context: string): Promise<() => Promise<Identity>> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(path);
  config.setCurrentContext(context);
  return async () => {
    const options: { headers?: Record<string, string>; cert?: unknown; key?: unknown } = {};
    await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
    const authorization = options.headers?.["Authorization"];
    return {
      ...(authorization ? { authorization } : {}),
      ...(options.cert && options.key
        ? { certificate: { cert: String(options.cert), key: String(options.key) } }
        : {}),
    };
  };
}
