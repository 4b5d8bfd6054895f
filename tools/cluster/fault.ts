/**
 * What may go wrong between a client and its API server.
 *
 * @module
 */

/** A request as the proxy has read it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** One fault. Those marked _(open)_ can also strike an answer that is under way. */
export type Fault =
  /** The proxy answers instead of the server, in the API server's format. */
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: number }
  /** The real server is asked something else, so that its own answer is the fault. */
  | { readonly kind: "ask"; readonly change: (query: URLSearchParams) => void }
  /** The request never reaches the server, and nothing is answered. */
  | { readonly kind: "stall" }
  /** _(open)_ The connection stays, and every byte on it vanishes, in both directions. */
  | { readonly kind: "half-open" }
  /** _(open)_ The server has done its part; the connection breaks after so many bytes of body. */
  | { readonly kind: "cut"; readonly after?: number }
  /** _(open)_ The answer ends in good order. */
  | { readonly kind: "end" }
  /** Each piece of the answer comes late by so many milliseconds. */
  | { readonly kind: "slow"; readonly delay: number }
  /** _(open)_ A line that no API server sends. */
  | { readonly kind: "garbage"; readonly line: string }
  /** _(open)_ A watch event of type ERROR; then the watch ends. */
  | { readonly kind: "error-event"; readonly status: number }
  /** Events of a watch carry a version that is lower by so many. */
  | { readonly kind: "rewind"; readonly by: number };

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** The `meta/v1.Status` that an API server sends with an HTTP status. */
export function statusBody(code: number): Record<string, unknown> {
  const reason = reasons[code] ?? "Unknown";
  const message = `${reason}, says the fault proxy`;
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message };
}

/** The line of a watch that carries an error. */
export function errorEvent(code: number): string {
  return JSON.stringify({ type: "ERROR", object: statusBody(code) });
}

/** The same event, as if an earlier history had sent it. */
export function rewound(line: string, by: number): string {
  const event = JSON.parse(line);
  const { metadata } = event.object;
  metadata.resourceVersion = String(Math.max(1, Number(metadata.resourceVersion) - by));
  return JSON.stringify(event);
}
