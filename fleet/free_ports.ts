/**
 * A set of small integers that answers "which is the next one from here?" at once.
 *
 * @module
 */

const wordBits = 32;

/**
 * The numbers of `first..last` that are free, as a bitmap with a summary above it: bit `w` of the
 * summary says whether word `w` of the bitmap has any bit set. Looking for the next free number
 * therefore reads a handful of words even when 20,000 neighbours are taken.
 */
export class FreePorts {
  readonly #words: Uint32Array;
  readonly #summary: Uint32Array;
  #size = 0;

  /** An empty set that can hold the numbers from `first` to `last`, both included. */
  constructor(private readonly first: number, private readonly last: number) {
    this.#words = new Uint32Array(Math.ceil((last - first + 1) / wordBits));
    this.#summary = new Uint32Array(Math.ceil(this.#words.length / wordBits));
  }

  /** How many numbers are in the set. */
  get size(): number {
    return this.#size;
  }

  /** Whether `port` lies between the bounds of this set. */
  covers(port: number): boolean {
    return port >= this.first && port <= this.last;
  }

  has(port: number): boolean {
    if (!this.covers(port)) return false;
    const index = port - this.first;
    return ((this.#words[index >>> 5]! >>> (index & 31)) & 1) === 1;
  }

  /** Adds `port`; one outside the bounds, or present already, changes nothing. */
  add(port: number): void {
    if (!this.covers(port) || this.has(port)) return;
    const index = port - this.first;
    const word = index >>> 5;
    this.#words[word]! |= 1 << (index & 31);
    this.#summary[word >>> 5]! |= 1 << (word & 31);
    this.#size++;
  }

  /** Removes `port`; one that is not there changes nothing. */
  delete(port: number): void {
    if (!this.has(port)) return;
    const index = port - this.first;
    const word = index >>> 5;
    this.#words[word]! &= ~(1 << (index & 31));
    if (this.#words[word] === 0) this.#summary[word >>> 5]! &= ~(1 << (word & 31));
    this.#size--;
  }

  /** The smallest number at or after `from`, beginning again at the front; none when empty. */
  next(from: number): number | undefined {
    if (this.#size === 0) return undefined;
    const start = this.covers(from) ? from - this.first : 0;
    return this.#search(start) ?? this.#search(0);
  }

  #search(start: number): number | undefined {
    const word = start >>> 5;
    const bit = lowestBit(this.#words[word]!, start & 31);
    if (bit !== undefined) return this.first + word * wordBits + bit;
    const later = nextSetBit(this.#summary, word + 1);
    if (later === undefined) return undefined;
    return this.first + later * wordBits + lowestBit(this.#words[later]!, 0)!;
  }
}

/** Index of the lowest set bit of `word` at or above `from`. */
function lowestBit(word: number, from: number): number | undefined {
  const masked = (word & (~0 << from)) >>> 0;
  return masked === 0 ? undefined : 31 - Math.clz32(masked & -masked);
}

function nextSetBit(words: Uint32Array, from: number): number | undefined {
  let offset = from & 31;
  for (let word = from >>> 5; word < words.length; word++) {
    const bit = lowestBit(words[word]!, offset);
    if (bit !== undefined) return word * wordBits + bit;
    offset = 0;
  }
  return undefined;
}
