/**
 * One index over cached objects.
 *
 * @module
 */

const noKeys: ReadonlySet<string> = new Set();

/**
 * Maps values to the keys of the objects that have them. An object may have any number of values.
 *
 * Semantics of client-go's `ThreadSafeStore` indices: a value whose last object goes is forgotten,
 * so that an index does not grow with every value ever seen.
 */
export class Index<T> {
  readonly #keys = new Map<string, Set<string>>();

  /** @param valuesOf must be pure: it is asked again for an object that leaves. */
  constructor(private readonly valuesOf: (object: T) => readonly string[]) {}

  /** Keys of the objects that have `value`. */
  keys(value: string): ReadonlySet<string> {
    return this.#keys.get(value) ?? noKeys;
  }

  /** All values that some object has. */
  values(): Iterable<string> {
    return this.#keys.keys();
  }

  /** Notes that `key` now holds `object`, and no longer `previous`. */
  update(key: string, object: T | undefined, previous: T | undefined): void {
    const before = previous === undefined ? [] : this.valuesOf(previous);
    const after = object === undefined ? [] : this.valuesOf(object);
    for (const value of before) if (!after.includes(value)) this.#remove(value, key);
    for (const value of after) this.#add(value, key);
  }

  #add(value: string, key: string): void {
    const keys = this.#keys.get(value);
    if (keys) keys.add(key);
    else this.#keys.set(value, new Set([key]));
  }

  #remove(value: string, key: string): void {
    const keys = this.#keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(value);
  }
}
