/**
 * What a JSON Web Token says of itself.
 *
 * @module
 */

/**
 * Reads the claims without checking the signature: good for planning, never for trust.
 *
 * @returns undefined when it is no such token.
 */
export function tokenClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  const payload = /^[\w-]+\.([\w-]+)\./.exec(token)?.[1];
  if (payload === undefined) return undefined;
  try {
    const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null
      ? claims as Record<string, unknown>
      : undefined;
  } catch {
    return undefined; // some other token with two dots
  }
}
