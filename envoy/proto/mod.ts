/**
 * Envoy's API messages: generated code, and the type URLs of the resources.
 *
 * `envoy.config.cluster.v3.ICluster` is what can be encoded, `envoy.config.cluster.v3.Cluster` what
 * was decoded.
 *
 * Encoding drops keys it does not know, so let the compiler check literals against the `I` types. A
 * wrapper is `{ value: n }`, never a bare `n`; an enum is its constant, never its name; a Duration
 * is `{ seconds, nanos }`.
 *
 * @module
 */

// @ts-types="./generated/envoy.d.ts"
export { envoy, google, xds } from "./generated/envoy.js";
export { typeUrlOf, typeUrls } from "./type_urls.ts";
