/**
 * A proxy in front of a real API server that does to its connections what networks, load balancers
 * and overloaded servers do. Bodies are the real server's own.
 *
 * @module
 */
import { join } from "node:path";
import { freePort } from "../process/free_port.ts";
import type { ControlPlane } from "./control_plane.ts";
import type { Fault, ProxiedRequest } from "./fault.ts";
import { renderKubeconfig } from "./kubeconfig_file.ts";
import { ProxiedAnswer } from "./proxied_answer.ts";
import { RequestReader } from "./request_reader.ts";
export type { Fault, ProxiedRequest } from "./fault.ts";

/** Which requests are meant. */
export type Matcher = (request: ProxiedRequest) => boolean;

/** A fault that waits for its requests, until it has struck often enough or is disposed. */
export interface Injection extends Disposable {
  /** How many requests it has struck. */
  readonly hits: number;
}

interface Rule {
  readonly match: Matcher;
  readonly fault: Fault;
  left: number;
  hits: number;
}

/** Requests of any kind. */
export const anyRequest: Matcher = () => true;

/** Lists of a resource, by its plural; all pages. */
export function lists(plural: string): Matcher {
  return ({ method, target }) =>
    method === "GET" && pathOf(target).endsWith(`/${plural}`) && !/[?&]watch=/.test(target);
}

/** Watches of a resource, by its plural; streaming lists too. */
export function watches(plural: string): Matcher {
  return ({ method, target }) =>
    method === "GET" && pathOf(target).endsWith(`/${plural}`) && /[?&]watch=/.test(target);
}

/** Requests that change something, or one object of it, below a path that contains `part`. */
export function writes(part: string): Matcher {
  return ({ method, target }) => method !== "GET" && pathOf(target).includes(part);
}

function pathOf(target: string): string {
  return target.split("?", 1)[0]!;
}

/**
 * Terminates TLS with a certificate of the control plane's own authority. A request with an
 * `Authorization` header goes on under that identity, one without under the administrator's.
 */
export class FaultProxy implements AsyncDisposable {
  #listener: Deno.TlsListener | undefined;
  #accepting: Promise<void> = Promise.resolve();
  readonly #connections = new Map<Disposable, Promise<void>>();
  readonly #answers = new Set<ProxiedAnswer>();
  readonly #rules: Rule[] = [];
  /** Every request that arrived, in order. */
  readonly requests: ProxiedRequest[] = [];
  /** How often each kind of fault has struck. */
  readonly struck = new Map<Fault["kind"] | "refused", number>();

  private constructor(
    private readonly plane: ControlPlane,
    private readonly port: number,
    private readonly serving: { readonly cert: string; readonly key: string },
    private readonly admin: Deno.HttpClient,
    private readonly anonymous: Deno.HttpClient,
  ) {}

  /** Starts a proxy in front of a control plane's API server. */
  static async start(plane: ControlPlane): Promise<FaultProxy> {
    const { authority } = plane;
    const [serving, admin] = await Promise.all([
      authority.issueServer("fault-proxy", ["127.0.0.1"]),
      authority.issueClient("admin", ["system:masters"]),
    ]);
    const common = { caCerts: [authority.certificate], http1: true, http2: false };
    const proxy = new FaultProxy(
      plane,
      freePort(),
      { cert: serving.certificate, key: serving.privateKey },
      Deno.createHttpClient({ ...common, cert: admin.certificate, key: admin.privateKey }),
      Deno.createHttpClient(common),
    );
    proxy.accept();
    return proxy;
  }

  /** `https://127.0.0.1:<port>` */
  get server(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Writes a kubeconfig that leads here; without a user's entry it is the administrator's. */
  async kubeconfig(user: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const path = join(this.plane.folder, `proxy-${this.port}-${crypto.randomUUID()}.kubeconfig`);
    const text = renderKubeconfig({
      cluster: this.plane.name,
      server: this.server,
      caCertificate: this.plane.authority.certificate,
      user: "user",
      credential: { entry: user },
    });
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    return path;
  }

  /** The next `times` matching requests suffer `fault`. */
  inject(match: Matcher, fault: Fault, times = 1): Injection {
    const rule: Rule = { match, fault, left: times, hits: 0 };
    this.#rules.push(rule);
    return {
      get hits() {
        return rule.hits;
      },
      [Symbol.dispose]: () => void (rule.left = 0),
    };
  }

  /** Matching answers that are under way suffer `fault` now; returns how many there were. */
  async strike(match: Matcher, fault: Fault): Promise<number> {
    const struck = [...this.#answers].filter(({ request, open }) => open && match(request));
    for (const answer of struck) {
      this.#count(fault.kind);
      await answer.strike(fault);
    }
    return struck.length;
  }

  /** Breaks every connection, and refuses new ones until {@linkcode FaultProxy.accept}. */
  async refuse(): Promise<void> {
    this.#count("refused");
    await this.#close();
  }

  /** Takes connections (again). */
  accept(): void {
    if (this.#listener !== undefined) return;
    const { cert, key } = this.serving;
    const listener = Deno.listenTls({ hostname: "127.0.0.1", port: this.port, cert, key });
    this.#listener = listener;
    this.#accepting = this.#serveAll(listener);
  }

  async #serveAll(listener: Deno.TlsListener): Promise<void> {
    for (;;) {
      const connection = await listener.accept().catch(() => undefined);
      if (connection !== undefined) this.#adopt(connection);
      else if (this.#listener !== listener) return;
    }
  }

  #adopt(connection: Deno.TlsConn): void {
    const served = this.#serve(connection).finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, served);
  }

  async #serve(connection: Deno.TlsConn): Promise<void> {
    const reader = new RequestReader(connection.readable);
    const close = () => closeQuietly(connection);
    const reading = reader.run();
    try {
      for (;;) {
        const request = await reader.next();
        if (request === undefined) return;
        const downstream = { writable: connection.writable, gone: reader.gone, close };
        const answer = new ProxiedAnswer(request, downstream, this.#faultFor(request));
        this.#answers.add(answer);
        await answer.run((target, signal) => this.#forward(request, target, signal))
          .finally(() => this.#answers.delete(answer));
      }
    } catch {
      // The client has gone, or the server: the connection ends, as it would without a proxy.
    } finally {
      close();
      await reading;
    }
  }

  #faultFor(request: ProxiedRequest): Fault | undefined {
    this.requests.push(request);
    const rule = this.#rules.find(({ match, left }) => left > 0 && match(request));
    if (rule === undefined) return undefined;
    rule.left--;
    rule.hits++;
    this.#count(rule.fault.kind);
    return rule.fault;
  }

  #count(kind: Fault["kind"] | "refused"): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }

  #forward(request: ProxiedRequest, target: string, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(request.headers);
    for (const name of ["host", "connection", "content-length"]) headers.delete(name);
    const { method, body } = request;
    return fetch(this.plane.server + target, {
      method,
      headers,
      signal,
      client: headers.has("authorization") ? this.anonymous : this.admin,
      ...(body.length > 0 ? { body } : {}),
    });
  }

  async #close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.close();
    await this.#accepting;
    const connections = [...this.#connections];
    for (const [connection] of connections) closeQuietly(connection);
    await Promise.all(connections.map(([, served]) => served));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    this.admin.close();
    this.anonymous.close();
  }
}

function closeQuietly(connection: Disposable): void {
  try {
    connection[Symbol.dispose]();
  } catch {
    // It is closed already.
  }
}
