/**
 * One call to an API server: deadline, retries that the server asks for, errors, metrics.
 *
 * @module
 */
import { type Clock, delay } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { durationBuckets, type Registry } from "../base/metrics.ts";
import { type ApiCall, ApiError, errorFromAnswer } from "./api_error.ts";
import { Deadline } from "./deadline.ts";
import { counter, histogram } from "./metric.ts";
import { obedientBody, obedientText } from "./obedient_body.ts";
import type { Transport } from "./transport.ts";

/** A call before it is sent. */
export interface ApiRequest {
  readonly call: ApiCall;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt. */
  readonly timeout: number;
}

/** The API server asks to come back: at most so often, and never longer than this, per call. */
const maximumRetries = 5;
const longestRetryDelay = 10_000;

/** What a {@linkcode RequestSender} works with. */
export interface RequestSenderOptions {
  readonly transport: Transport;
  /** Base URL, for messages and the `host` label. */
  readonly server: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** Sends {@linkcode ApiRequest}s over a {@linkcode Transport}. */
export class RequestSender {
  readonly #host: string;
  readonly #requests;
  readonly #duration;

  constructor(private readonly options: RequestSenderOptions) {
    this.#host = new URL(options.server).host;
    this.#requests = counter(options.metrics, {
      name: "rest_client_requests_total",
      help: "Requests to API servers by HTTP status code, method and host.",
      labelNames: ["code", "method", "host"],
    });
    this.#duration = histogram(options.metrics, {
      name: "rest_client_request_duration_seconds",
      help: "Latency of requests to API servers, watches excepted, by verb and host.",
      labelNames: ["verb", "host"],
      buckets: durationBuckets,
    });
  }

  /**
   * Sends and returns the parsed answer.
   *
   * @throws {ApiError} for every failure but the caller's own abort, whose reason is thrown as is.
   */
  async send(request: ApiRequest): Promise<unknown> {
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#attempt(request);
      } catch (error) {
        const wait = retryDelay(error, attempt);
        if (wait === undefined) throw error;
        await delay(this.options.clock, wait, request.signal);
      }
    }
  }

  async #attempt(request: ApiRequest): Promise<unknown> {
    const { clock } = this.options;
    using deadline = new Deadline(clock, request.timeout, request.signal);
    const start = clock.monotonic();
    try {
      const response = await this.#transmit(request, deadline.signal);
      const text = await obedientText(response, deadline.signal);
      if (!response.ok) throw this.#refusal(request.call, response, text);
      return parseAnswer(request.call, response.status, text);
    } catch (error) {
      throw this.#explain(error, request, deadline.exceeded);
    } finally {
      const seconds = (clock.monotonic() - start) / 1000;
      this.#duration.observe({ verb: request.call.verb, host: this.#host }, seconds);
    }
  }

  /**
   * Opens a streamed answer; the caller reads its body and owns its end. `timeout` covers only the
   * time until the answer begins.
   *
   * @throws {ApiError} as {@linkcode RequestSender.send}.
   */
  async open(request: ApiRequest, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    using deadline = new Deadline(this.options.clock, request.timeout, signal);
    // The stream must outlive the deadline for its headers: only the outer signal goes with it.
    const stream = new AbortController();
    const abort = () => stream.abort(deadline.signal.reason);
    deadline.signal.addEventListener("abort", abort, { once: true });
    signal.addEventListener("abort", () => stream.abort(signal.reason), { once: true });
    try {
      const response = await this.#transmit(request, stream.signal);
      if (response.ok) return obedientBody(response.body ?? emptyBody(), stream.signal);
      throw this.#refusal(request.call, response, await obedientText(response, stream.signal));
    } catch (error) {
      throw this.#explain(error, request, deadline.exceeded);
    } finally {
      deadline.signal.removeEventListener("abort", abort);
    }
  }

  async #transmit(request: ApiRequest, signal: AbortSignal): Promise<Response> {
    const { method, target, body, contentType = "application/json" } = request;
    const headers: Record<string, string> = {
      accept: "application/json",
      "user-agent": this.options.userAgent,
    };
    if (body !== undefined) headers["content-type"] = contentType;
    let code = "<error>";
    try {
      const response = await this.options.transport.send({
        method,
        target,
        headers,
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      code = String(response.status);
      return response;
    } finally {
      this.#requests.inc({ code, method, host: this.#host });
    }
  }

  #refusal(call: ApiCall, response: Response, text: string): ApiError {
    return errorFromAnswer(call, response.status, text, response.headers.get("retry-after"));
  }

  #explain(error: unknown, request: ApiRequest, timedOut: boolean): unknown {
    if (error instanceof ApiError) return error;
    const { call, timeout } = request;
    if (timedOut) {
      // The connection may be half-open; the next call must not be sent into the same hole.
      this.options.transport.reconnect();
      return new ApiError(
        "Timeout",
        `cannot ${call.verb} ${
          call.resource ?? call.path
        }: ${this.options.server} did not answer ` +
          `within ${timeout / 1000} s`,
        { call, cause: error },
      );
    }
    if (request.signal?.aborted) return request.signal.reason;
    return new ApiError(
      "Unreachable",
      `cannot reach ${this.options.server}: ${describeError(error)}`,
      { call, cause: error },
    );
  }
}

function emptyBody(): ReadableStream<Uint8Array> {
  return new Blob([]).stream();
}

function parseAnswer(call: ApiCall, status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(
      "Protocol",
      `cannot ${call.verb} ${call.resource ?? call.path}: the answer is not JSON (is the server ` +
        `a Kubernetes API?)`,
      { call, status, cause: error },
    );
  }
}

/** Milliseconds until the next attempt, or `undefined` when the failure is the caller's to handle. */
function retryDelay(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ApiError) || attempt >= maximumRetries) return undefined;
  const asked = error.reason === "TooManyRequests" || error.reason === "ServerError";
  if (!asked || error.retryAfter === undefined) return undefined;
  return Math.min(error.retryAfter, longestRetryDelay);
}
