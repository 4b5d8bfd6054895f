/**
 * A queue with constant-time ends.
 *
 * @module
 */

/** First in, first out. `Array.shift` moves every element; this does not. */
export class Fifo<E> {
  #elements: E[] = [];
  #head = 0;

  get size(): number {
    return this.#elements.length - this.#head;
  }

  push(element: E): void {
    this.#elements.push(element);
  }

  /** Takes the oldest element; `undefined` when there is none. */
  shift(): E | undefined {
    if (this.size === 0) return undefined;
    const element = this.#elements[this.#head++];
    // Half of the array is spent: give it back, at constant cost per element.
    if (this.#head * 2 >= this.#elements.length) {
      this.#elements = this.#elements.slice(this.#head);
      this.#head = 0;
    }
    return element;
  }
}
