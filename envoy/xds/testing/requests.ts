/**
 * Short ways to write requests and resources in tests.
 *
 * @module
 */
import { envoy, typeUrls } from "../../proto/mod.ts";
import type { DeltaRequest, SotwRequest } from "../request.ts";
import { contentVersion, type Resource } from "../resource.ts";
import type { Response, TypeStreamOptions } from "../type_stream.ts";
import { ResourceStore } from "../resource_store.ts";

/** A delta request that says only what the test is about. */
export function delta(fields: Partial<DeltaRequest> = {}): DeltaRequest {
  return {
    typeUrl: typeUrls.cluster,
    nonce: "",
    subscribe: [],
    unsubscribe: [],
    initialVersions: new Map(),
    ...fields,
  };
}

/** A state-of-the-world request that says only what the test is about. */
export function sotw(fields: Partial<SotwRequest> = {}): SotwRequest {
  return { typeUrl: typeUrls.cluster, nonce: "", names: [], version: "", ...fields };
}

/** A resource whose body is `content`; a cluster waits for the assignment of its own name. */
export function resource(
  name: string,
  content: string,
  typeUrl: string = typeUrls.cluster,
): Resource {
  const body = new TextEncoder().encode(`${name}=${content}`);
  const base = { typeUrl, name, version: contentVersion(body), body };
  return typeUrl === typeUrls.cluster ? { ...base, assignment: name } : base;
}

/** A store that holds these resources, each of an owner of its own. */
export function storeOf(...resources: readonly Resource[]): ResourceStore {
  const store = new ResourceStore("fleet");
  for (const one of resources) put(store, one);
  return store;
}

/** Sets one resource. */
export function put(store: ResourceStore, one: Resource): void {
  store.set(`${one.typeUrl} ${one.name}`, [one]);
}

/** Takes one resource out. */
export function drop(store: ResourceStore, name: string, typeUrl: string = typeUrls.cluster): void {
  store.delete(`${typeUrl} ${name}`);
}

/** Withholds one resource instead of serving it. */
export function withhold(store: ResourceStore, name: string, typeUrl: string): void {
  store.withhold(`${typeUrl} ${name}`, [{ typeUrl, name }]);
}

/** Options of a stream for one type on `store`. */
export function typeOptions(
  store: ResourceStore,
  overrides: Partial<TypeStreamOptions> = {},
): TypeStreamOptions {
  return {
    store,
    typeUrl: typeUrls.cluster,
    legacyWildcard: true,
    fullState: true,
    maxResponseBytes: 1 << 20,
    ...overrides,
  };
}

/** What a response says, in a form that is easy to compare. */
export interface Said {
  readonly typeUrl: string;
  readonly nonce: string;
  /** Contents by name. */
  readonly resources: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
  /** State of the world only. */
  readonly version?: string;
}

/** @throws Error when a name occurs twice, which Envoy refuses. */
export function readDelta({ bytes }: Response): Said {
  const message = envoy.service.discovery.v3.DeltaDiscoveryResponse.decode(bytes);
  const entries = message.resources.map(({ resource }) => parse(resource!.value));
  const { typeUrl, nonce, removedResources } = message;
  const names = [...entries.map(([name]) => name), ...removedResources];
  if (new Set(names).size !== names.length) throw new Error(`a name twice: ${names}`);
  return { typeUrl, nonce, resources: Object.fromEntries(entries), removed: removedResources };
}

/** @throws Error when a name occurs twice, which Envoy refuses. */
export function readSotw({ bytes }: Response): Said {
  const message = envoy.service.discovery.v3.DiscoveryResponse.decode(bytes);
  const entries = message.resources.map(({ value }) => parse(value));
  const { typeUrl, nonce, versionInfo } = message;
  const resources = Object.fromEntries(entries);
  if (Object.keys(resources).length !== entries.length) throw new Error("a name twice");
  return { typeUrl, nonce, resources, removed: [], version: versionInfo };
}

function parse(body: Uint8Array): [name: string, content: string] {
  const text = new TextDecoder().decode(body);
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}
