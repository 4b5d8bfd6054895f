/**
 * The one error that leaves `kube/`: what an API server answered, or why it did not.
 *
 * @module
 */

/** Why a call failed; a union so that callers can switch over it. */
export type ApiErrorReason =
  | "BadRequest"
  | "Unauthorized"
  | "Forbidden"
  /** The object does not exist. */
  | "NotFound"
  /** The namespace does not exist or is being deleted: nothing can be created in it. */
  | "NamespaceGone"
  /** The whole kind is not served: its CustomResourceDefinition is not installed. */
  | "ResourceMissing"
  | "AlreadyExists"
  /** The object changed since it was read (or server-side apply met another manager). */
  | "Conflict"
  /** A resourceVersion or continue token is too old: list again. */
  | "Expired"
  | "Invalid"
  | "TooLarge"
  | "UnsupportedMediaType"
  | "TooManyRequests"
  | "Timeout"
  | "ServerError"
  /** No answer at all: refused, reset, TLS failure, name not found. */
  | "Unreachable"
  /** An answer that is not what the Kubernetes API promises. */
  | "Protocol";

/** What was asked; every message names it. */
export interface ApiCall {
  /** The Kubernetes verb: get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  readonly path: string;
  /** `plural.group`, e.g. `loadbalancers.kubelb.k8c.io`. */
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
}

/** The parts of `meta/v1.Status` that matter here. */
export interface ApiStatus {
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: {
    readonly kind?: string;
    readonly name?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string }[];
  };
}

/** Details of an {@linkcode ApiError} beside reason and message. */
export interface ApiErrorOptions {
  readonly call: ApiCall;
  /** HTTP status; 0 when there was no answer. */
  readonly status?: number;
  /** Milliseconds the server asked us to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A failed call to an API server. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly verb: string;
  readonly path: string;
  readonly resource: string | undefined;
  readonly namespace: string | undefined;
  /** Milliseconds the server asked us to wait before the next try. */
  readonly retryAfter: number | undefined;

  constructor(readonly reason: ApiErrorReason, message: string, options: ApiErrorOptions) {
    super(message, { cause: options.cause });
    this.status = options.status ?? 0;
    this.verb = options.call.verb;
    this.path = options.call.path;
    this.resource = options.call.resource;
    this.namespace = options.call.namespace;
    this.retryAfter = options.retryAfter;
  }
}

/** Whether `error` is an {@linkcode ApiError} with one of `reasons`. */
export function isApiError(error: unknown, ...reasons: ApiErrorReason[]): error is ApiError {
  return error instanceof ApiError && (reasons.length === 0 || reasons.includes(error.reason));
}

/**
 * Turns an unsuccessful answer into an {@linkcode ApiError}.
 *
 * @param body the answer's body as text; a `meta/v1.Status` when it comes from the API server
 *   itself, anything when it comes from a proxy in between.
 */
export function errorFromAnswer(
  call: ApiCall,
  status: number,
  body: string,
  retryAfterHeader?: string | null,
): ApiError {
  const answer = parseStatus(body);
  const reason = isNamespaceGone(call, status, answer) ? "NamespaceGone" : reasonOf(status, answer);
  const seconds = Number(retryAfterHeader ?? answer?.details?.retryAfterSeconds);
  return new ApiError(reason, messageOf(call, reason, status, answer?.message ?? body), {
    call,
    status,
    retryAfter: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  });
}

function parseStatus(body: string): ApiStatus | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && "kind" in value && value.kind === "Status") {
      return value as ApiStatus;
    }
  } catch {
    // Not JSON: plain text from the API server's mux ("404 page not found") or from a proxy.
  }
  return undefined;
}

const reasonByStatus: Readonly<Record<number, ApiErrorReason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  405: "BadRequest",
  408: "Timeout",
  409: "Conflict",
  410: "Expired",
  413: "TooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  504: "Timeout",
};

/** Maps HTTP status and Status.reason to our union (apimachinery `errors.NewGenericServerResponse`). */
export function reasonOf(status: number, answer: ApiStatus | undefined): ApiErrorReason {
  // An unknown group is answered in plain text, an unknown resource by a Status without a name.
  if (status === 404) return answer?.details?.name ? "NotFound" : "ResourceMissing";
  if (status === 409 && answer?.reason === "AlreadyExists") return "AlreadyExists";
  const known = reasonByStatus[status];
  if (known !== undefined) return known;
  return status >= 500 ? "ServerError" : "Protocol";
}

/** Answers of the admission plugin NamespaceLifecycle. */
function isNamespaceGone(call: ApiCall, status: number, answer?: ApiStatus): boolean {
  const { kind, causes = [] } = answer?.details ?? {};
  if (status === 404) return kind === "namespaces" && call.resource !== "namespaces";
  return status === 403 && causes.some(({ reason }) => reason === "NamespaceTerminating");
}

function messageOf(
  call: ApiCall,
  reason: ApiErrorReason,
  status: number,
  answer: string,
): string {
  const where = call.namespace ? ` in namespace "${call.namespace}"` : "";
  const what = `${call.verb} ${call.resource ?? call.path}${where}`;
  const said = answer.trim().slice(0, 1000);
  switch (reason) {
    case "Forbidden":
      // Quotas and admission plugins refuse with 403 too; only the authorizer speaks of users.
      if (!/User ".*" cannot /.test(said)) return `cannot ${what}: ${said}`;
      // The server's text names the user; ours names what to grant.
      return `missing permission: ${what} (RBAC must allow verb "${call.verb}" on ` +
        `"${call.resource ?? call.path}"${where}): ${said}`;
    case "ResourceMissing":
      return `cannot ${what}: the API server does not serve it; if it is one of KubeLB's, install ` +
        `the CustomResourceDefinitions: kubectl apply -f manifests/crds`;
    case "Unauthorized":
      return `cannot ${what}: the API server does not accept the credential (expired or revoked?)`;
    default:
      return `cannot ${what}: ${said || `HTTP ${status}`}`;
  }
}
