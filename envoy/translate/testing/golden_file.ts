/**
 * Golden files: a case and what comes of it in one YAML file.
 *
 * @module
 */
import { parse, stringify } from "yaml";
import { envoy, typeUrls } from "../../proto/mod.ts";
import { bootstrap, type BootstrapOptions } from "../bootstrap.ts";
import { xdsEndpoint } from "../bootstrap_xds.ts";
import type { L4Service } from "../l4_service.ts";
import { translateL4Service } from "../translate_l4_service.ts";
import type { TranslatedResource } from "../translated_resource.ts";
import { decodeMessage } from "./decode_message.ts";

/** The folder of the golden files. */
export const goldenFolder = new URL("../goldens/", import.meta.url);

/** The first part of a file; people write it. */
type Case =
  | { readonly service: L4Service }
  | { readonly bootstrap: BootstrapOptions }
  | { readonly xdsEndpoint: { readonly host: string; readonly port: number } };

/** The text that the golden file should have, given its present text or just its case. */
export function renderGolden(text: string): string {
  const { result: _, ...golden } = parse(text) as Case & { result?: unknown };
  return stringify({ ...golden, result: result(golden) }, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
  });
}

function result(golden: Case): unknown {
  if ("bootstrap" in golden) return bootstrap(golden.bootstrap);
  if ("xdsEndpoint" in golden) {
    return xdsEndpoint(golden.xdsEndpoint.host, golden.xdsEndpoint.port);
  }
  const decoded = translateL4Service(golden.service).map((resource) => [
    resource.typeUrl.split(".").at(-1),
    decodeMessage(resource.typeUrl, encode(resource)),
  ]);
  return Object.fromEntries(decoded);
}

function encode({ typeUrl, message }: TranslatedResource): Uint8Array {
  switch (typeUrl) {
    case typeUrls.cluster:
      return envoy.config.cluster.v3.Cluster.encode(message).finish();
    case typeUrls.endpoint:
      return envoy.config.endpoint.v3.ClusterLoadAssignment.encode(message).finish();
    case typeUrls.listener:
      return envoy.config.listener.v3.Listener.encode(message).finish();
  }
}
