/**
 * Exec plugins of kubeconfig files, by way of `@kubernetes/client-node`.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import type { Credential, Identity } from "./credential.ts";
import { sharedCredential } from "./shared_credential.ts";

/**
 * A credential that a kubeconfig's `exec` or `auth-provider` plugin produces.
 *
 * The library behind it costs about 75 MB of memory, hence it is imported only when such a
 * kubeconfig is really used. (OIDC does without: `oidc_credential.ts`.)
 */
export function pluginCredential(path: string, context: string, clock?: Clock): Credential {
  let source: Promise<() => Promise<Identity>> | undefined;
  return sharedCredential(async (fresh) => {
    // A new KubeConfig object has no cached token: that is the library's only way to refresh.
    if (fresh) source = undefined;
    const plugin = source ??= openPlugin(path, context);
    try {
      return await (await plugin)();
    } catch (error) {
      if (source === plugin) source = undefined;
      throw new Error(`kubeconfig ${path}: the credential plugin of "${context}" failed`, {
        cause: error,
      });
    }
  }, clock);
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
