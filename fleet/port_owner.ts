/**
 * Who holds listener ports, and who wins when two say so.
 *
 * @module
 */

/** An object in the hub that holds listener ports: a hub Service. */
export interface PortOwner {
  /** `namespace/name` of the object. */
  readonly name: string;
  /** `metadata.creationTimestamp` in milliseconds since 1970; absent before it was created. */
  readonly created?: number;
  /** `metadata.uid`; absent before the object was created. */
  readonly uid?: string;
}

/**
 * Orders owners by precedence: the older object first, then the smaller uid. An object that does
 * not exist yet comes after all that do. The result is the same on every replica, because it rests
 * on what the API server wrote and on nothing else.
 */
export function comparePrecedence(a: PortOwner, b: PortOwner): number {
  const age = (a.created ?? Infinity) - (b.created ?? Infinity);
  // Infinity - Infinity is not a number: both are yet to be created.
  if (age !== 0 && !Number.isNaN(age)) return age;
  return compareText(a.uid ?? "", b.uid ?? "") || compareText(a.name, b.name);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
