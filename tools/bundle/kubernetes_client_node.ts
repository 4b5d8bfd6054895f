/**
 * What the product uses of `@kubernetes/client-node`, as an entry of the bundle: a file of its own,
 * loaded when a kubeconfig has a plugin (see `kube/plugin_credential.ts`).
 *
 * @module
 */
export { KubeConfig } from "@kubernetes/client-node";
