/**
 * A model of a state-of-the-world client.
 *
 * @module
 */
import { isFullState } from "../protocol.ts";
import type { SotwRequest } from "../request.ts";
import type { Response } from "../type_stream.ts";
import type { ClientModel } from "./client_model.ts";
import { readSotw, sotw } from "./requests.ts";

interface TypeState {
  legacy: boolean;
  readonly names: Set<string>;
  held: Map<string, string>;
  readonly unsure: Set<string>;
  nonce: string;
  version: string;
}

/** Wants everything of types in `wildcardTypes` until it names something. */
export class SotwClient implements ClientModel<SotwRequest> {
  readonly #types: Map<string, TypeState>;

  constructor(types: readonly string[], wildcardTypes: readonly string[]) {
    this.#types = new Map(types.map((typeUrl) => [typeUrl, {
      legacy: wildcardTypes.includes(typeUrl),
      names: new Set(),
      held: new Map(),
      unsure: new Set(),
      nonce: "",
      version: "",
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

  subscribe(typeUrl: string, name: string): SotwRequest {
    const type = this.#type(typeUrl);
    if (type.legacy) type.names.add("*");
    type.legacy = false;
    // Under a wildcard it never stopped holding it, and its version says so when it comes back.
    if (!this.covers(typeUrl, name)) type.held.delete(name);
    type.names.add(name);
    return this.#request(typeUrl);
  }

  unsubscribe(typeUrl: string, name: string): SotwRequest | undefined {
    const type = this.#type(typeUrl);
    if (type.legacy) return this.#request(typeUrl);
    if (type.names.size === 0) return undefined;
    type.names.delete(name);
    for (const other of [...type.held.keys(), ...type.unsure]) {
      if (this.covers(typeUrl, other)) continue;
      type.held.delete(other);
      type.unsure.delete(other);
      // It no longer has what it accepted.
      type.version = "";
    }
    return this.#request(typeUrl);
  }

  read(response: Response, accept: boolean): SotwRequest {
    const { typeUrl, nonce, resources, version } = readSotw(response);
    const type = this.#type(typeUrl);
    type.nonce = nonce;
    const entries = Object.entries(resources).filter(([name]) => this.covers(typeUrl, name));
    if (!accept) {
      const gone = isFullState(typeUrl) ? type.held.keys() : [];
      for (const name of [...gone, ...entries.map(([name]) => name)]) type.unsure.add(name);
      return this.#request(typeUrl, "refused");
    }
    type.version = entries.length === Object.keys(resources).length ? version! : "";
    if (isFullState(typeUrl)) {
      type.held = new Map(entries);
      type.unsure.clear();
    }
    for (const [name, content] of entries) {
      type.held.set(name, content);
      type.unsure.delete(name);
    }
    return this.#request(typeUrl);
  }

  reconnect(keep: boolean): SotwRequest[] {
    return [...this.#types].flatMap(([typeUrl, type]) => {
      type.nonce = "";
      type.unsure.clear();
      if (!keep) {
        type.held.clear();
        type.version = "";
      }
      if (!type.legacy && type.names.size === 0) return [];
      return [this.#request(typeUrl)];
    });
  }

  #type(typeUrl: string): TypeState {
    return this.#types.get(typeUrl)!;
  }

  #request(typeUrl: string, error?: string): SotwRequest {
    const { names, nonce, version } = this.#type(typeUrl);
    return sotw({ typeUrl, names: [...names], nonce, version, ...(error ? { error } : {}) });
  }
}
