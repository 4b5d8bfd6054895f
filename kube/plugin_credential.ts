/**
 * Exec and OIDC plugins of kubeconfig files, by way of `@kubernetes/client-node`.
 *
 * @module
 */
import type { Credential, Identity } from "./credential.ts";

/**
 * A credential that a kubeconfig's `exec` or `auth-provider` plugin produces.
 *
 * The library behind it costs about 75 MB of memory, hence it is imported only when such a
 * kubeconfig is really used.
 */
export function pluginCredential(path: string, context: string): Credential {
  let source: Promise<() => Promise<Identity>> | undefined;
  return {
    async identity(fresh) {
      // A new KubeConfig object has no cached token: that is the library's only way to refresh.
      if (fresh || source === undefined) source = openPlugin(path, context);
      try {
        return await (await source)();
      } catch (error) {
        source = undefined;
        throw new Error(`kubeconfig ${path}: the credential plugin of "${context}" failed`, {
          cause: error,
        });
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
