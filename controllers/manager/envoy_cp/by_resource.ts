/**
 * Something about each of many resources.
 *
 * @module
 */

/**
 * Values by type and name of a resource.
 *
 * In two levels, because there is one of these for each Envoy: the names in it are those of the
 * resource store, which all share. A key that joins both parts would be another string in each, 100
 * bytes long, made and hashed anew for each look-up.
 */
export class ByResource<Value> {
  readonly #types = new Map<string, Map<string, Value>>();

  get(typeUrl: string, name: string): Value | undefined {
    return this.#types.get(typeUrl)?.get(name);
  }

  set(typeUrl: string, name: string, value: Value): void {
    const values = this.#types.get(typeUrl);
    if (values) values.set(name, value);
    else this.#types.set(typeUrl, new Map([[name, value]]));
  }

  /** The names that there is a value for, of all types; one that several types have comes as often. */
  names(): string[] {
    return [...this.#types.values()].flatMap((values) => [...values.keys()]);
  }

  delete(typeUrl: string, name: string): void {
    this.#types.get(typeUrl)?.delete(name);
  }
}
