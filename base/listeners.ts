/**
 * Those who want to be told.
 *
 * @module
 */

/** Calls everyone who subscribed, in that order, synchronously. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Calls `listener` with each value from now on, until the result is disposed. */
  subscribe(listener: (value: T) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Tells everyone. */
  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
