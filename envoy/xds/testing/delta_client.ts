/**
 * A model of a delta client.
 *
 * @module
 */
import type { DeltaRequest } from "../request.ts";
import type { Response } from "../type_stream.ts";
import type { ClientModel } from "./client_model.ts";
import { delta, readDelta, resource } from "./requests.ts";

interface TypeState {
  /** A client that never named anything has everything. */
  legacy: boolean;
  readonly names: Set<string>;
  readonly held: Map<string, string>;
  readonly unsure: Set<string>;
}

/** Wants everything of types in `wildcardTypes` until it names something. */
export class DeltaClient implements ClientModel<DeltaRequest> {
  readonly #types: Map<string, TypeState>;

  constructor(types: readonly string[], wildcardTypes: readonly string[]) {
    this.#types = new Map(types.map((typeUrl) => [typeUrl, {
      legacy: wildcardTypes.includes(typeUrl),
      names: new Set(),
      held: new Map(),
      unsure: new Set(),
    }]));
  }

  covers(typeUrl: string, name: string): boolean {
    const { legacy, names } = this.#type(typeUrl);
    return legacy || names.has("*") || names.has(name);
  }

  held(typeUrl: string, name: string): string | undefined {
    return this.#type(typeUrl).held.get(name);
  }

  unsure(typeUrl: string, name: string): boolean {
    return this.#type(typeUrl).unsure.has(name);
  }

  subscribe(typeUrl: string, name: string): DeltaRequest {
    const type = this.#type(typeUrl);
    // Naming something keeps the legacy wildcard, as if `*` had been named.
    if (type.legacy) type.names.add("*");
    type.legacy = false;
    type.names.add(name);
    this.#lose(type, name);
    return delta({ typeUrl, subscribe: [name] });
  }

  unsubscribe(typeUrl: string, name: string): DeltaRequest | undefined {
    const type = this.#type(typeUrl);
    if (!type.legacy && type.names.size === 0) return undefined;
    if (type.legacy && name === "*") type.legacy = false;
    if (type.names.delete(name)) this.#lose(type, name);
    for (const other of [...type.held.keys(), ...type.unsure]) {
      if (!this.covers(typeUrl, other)) this.#lose(type, other);
    }
    return delta({ typeUrl, unsubscribe: [name] });
  }

  read(response: Response, accept: boolean): DeltaRequest {
    const { typeUrl, nonce, resources, removed } = readDelta(response);
    const type = this.#type(typeUrl);
    for (const name of [...Object.keys(resources), ...removed]) {
      if (!this.covers(typeUrl, name)) continue;
      if (!accept) type.unsure.add(name);
      else this.#learn(type, name, resources[name]);
    }
    return delta({ typeUrl, nonce, ...(accept ? {} : { error: "refused" }) });
  }

  reconnect(keep: boolean): DeltaRequest[] {
    return [...this.#types].flatMap(([typeUrl, type]) => {
      type.unsure.clear();
      if (!keep) type.held.clear();
      // Nothing is wanted: a request without names would be taken for a legacy wildcard.
      if (!type.legacy && type.names.size === 0) return [];
      const versions = [...type.held].map(([name, content]) =>
        [name, resource(name, content, typeUrl).version] as const
      );
      return [delta({ typeUrl, subscribe: [...type.names], initialVersions: new Map(versions) })];
    });
  }

  #type(typeUrl: string): TypeState {
    return this.#types.get(typeUrl)!;
  }

  #learn(type: TypeState, name: string, content: string | undefined): void {
    type.unsure.delete(name);
    if (content === undefined) type.held.delete(name);
    else type.held.set(name, content);
  }

  #lose(type: TypeState, name: string): void {
    type.held.delete(name);
    type.unsure.delete(name);
  }
}
