/**
 * The plainest way to talk to an API server as its administrator, for setting up and looking at
 * clusters. Programs under test use `kube/`; what checks them should not depend on it.
 *
 * @module
 */
import type { KeyPair } from "./certificate_authority.ts";

/** An answer other than 2xx. */
export class AdminError extends Error {
  override readonly name = "AdminError";

  constructor(
    /** HTTP status. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** How a body is sent: an apply or merge patch, or plain JSON. */
export type ContentType =
  | "application/json"
  | "application/apply-patch+yaml"
  | "application/merge-patch+json"
  | "application/json-patch+json";

/** A client of one API server with one client certificate. */
export class AdminClient implements Disposable {
  readonly #http: Deno.HttpClient;

  /** @param server `https://host:port` */
  constructor(
    readonly server: string,
    caCertificate: string,
    { certificate, privateKey }: KeyPair,
  ) {
    this.#http = Deno.createHttpClient({
      caCerts: [caCertificate],
      cert: certificate,
      key: privateKey,
    });
  }

  /**
   * One request; returns the parsed body, or the text of one that is not JSON.
   *
   * @param path from the root, for example `/api/v1/namespaces`.
   * @throws AdminError for any status but 2xx; the message is the API server's own.
   */
  request<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    contentType?: ContentType,
  ): Promise<T> {
    return this.#send<T>(this.server, method, path, body, contentType);
  }

  async #send<T>(
    server: string,
    method: string,
    path: string,
    body?: unknown,
    contentType: ContentType = "application/json",
  ): Promise<T> {
    const response = await fetch(server + path, {
      method,
      client: this.#http,
      ...(body === undefined ? {} : {
        body: JSON.stringify(body),
        headers: { "content-type": contentType },
      }),
    });
    const text = await response.text();
    const parsed = parse(text);
    if (!response.ok) throw new AdminError(response.status, messageOf(parsed, response.status));
    return parsed as T;
  }

  /** Server-side apply of one object at `path`, the path of the object itself. */
  apply<T = unknown>(path: string, object: unknown): Promise<T> {
    const query = "fieldManager=kubelb-harness&force=true";
    return this.request<T>("PATCH", `${path}?${query}`, object, "application/apply-patch+yaml");
  }

  /** One request to another server of the same authority, such as a controller manager. */
  at(server: string): Pick<AdminClient, "request"> {
    return {
      request: (method, path, body, contentType) =>
        this.#send(server, method, path, body, contentType),
    };
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function messageOf(body: unknown, status: number): string {
  if (typeof body === "object" && body !== null && "message" in body) return String(body.message);
  return typeof body === "string" && body !== "" ? body : `HTTP ${status}`;
}
