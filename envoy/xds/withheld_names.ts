/**
 * Names about which nothing is said, because what they stand for is not known now.
 *
 * @module
 */

/** What tells resources apart. */
export interface ResourceName {
  readonly typeUrl: string;
  readonly name: string;
}

/**
 * The names that each owner withholds. Several owners may withhold one name; it is free when the
 * last of them has released it.
 */
export class WithheldNames {
  readonly #owners = new Map<string, readonly ResourceName[]>();
  readonly #holders = new Map<string, number>();

  /**
   * `owner` withholds exactly `names` from now on.
   *
   * @returns the names that nobody withholds any more.
   */
  set(owner: string, names: readonly ResourceName[]): readonly ResourceName[] {
    const before = this.#owners.get(owner) ?? [];
    if (names.length > 0) this.#owners.set(owner, names);
    else this.#owners.delete(owner);
    for (const name of names) this.#count(name, 1);
    for (const name of before) this.#count(name, -1);
    return before.filter(({ typeUrl, name }) => !this.has(typeUrl, name));
  }

  /** Releases everything; returns what was withheld. */
  clear(): readonly ResourceName[] {
    const released = [...this.#owners.values()].flat();
    this.#owners.clear();
    this.#holders.clear();
    return released;
  }

  /** Whether anybody withholds this name. */
  has(typeUrl: string, name: string): boolean {
    return this.#holders.has(keyOf({ typeUrl, name }));
  }

  #count(name: ResourceName, difference: 1 | -1): void {
    const key = keyOf(name);
    const count = (this.#holders.get(key) ?? 0) + difference;
    if (count > 0) this.#holders.set(key, count);
    else this.#holders.delete(key);
  }
}

function keyOf({ typeUrl, name }: ResourceName): string {
  return `${typeUrl} ${name}`;
}
