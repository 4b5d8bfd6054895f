/**
 * Named checks behind `/healthz` and `/readyz`.
 *
 * @module
 */
import { describeError } from "./errors.ts";

/** Returns what is wrong, or nothing. Throwing counts as wrong. */
export type HealthCheck = () => string | undefined | void | Promise<string | undefined | void>;

interface Outcome {
  readonly name: string;
  readonly problem: string | undefined;
}

/** A set of checks that are all asked at once; it is well when all are. */
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();

  /** Adds a check; one of the same name is replaced. */
  add(name: string, check: HealthCheck): this {
    this.#checks.set(name, check);
    return this;
  }

  /**
   * Answers a request in the format of Kubernetes' own components.
   *
   * @param path `/readyz` for all checks, `/readyz/<name>` for one.
   * @param query `verbose` lists every check, `exclude=<name>` leaves one out.
   */
  async answer(endpoint: string, path: string, query: URLSearchParams): Promise<Response> {
    const only = path.slice(endpoint.length).replace(/^\//, "");
    if (only !== "" && !this.#checks.has(only)) {
      return new Response(`no check "${only}"\n`, { status: 404 });
    }
    const excluded = new Set(query.getAll("exclude"));
    const names = only === ""
      ? [...this.#checks.keys()].filter((name) => !excluded.has(name))
      : [only];
    const outcomes = await Promise.all(names.map((name) => this.#ask(name)));
    const well = outcomes.every(({ problem }) => problem === undefined);
    const detailed = query.has("verbose") || !well;
    const body = detailed ? render(outcomes, endpoint.slice(1), well) : "ok";
    return new Response(body, { status: well ? 200 : 503 });
  }

  async #ask(name: string): Promise<Outcome> {
    try {
      return { name, problem: (await this.#checks.get(name)!()) ?? undefined };
    } catch (error) {
      return { name, problem: describeError(error) };
    }
  }
}

function render(outcomes: readonly Outcome[], endpoint: string, well: boolean): string {
  const lines = outcomes.map(({ name, problem }) =>
    problem === undefined ? `[+]${name} ok` : `[-]${name} failed: ${problem}`
  );
  return [...lines, `${endpoint} check ${well ? "passed" : "failed"}`, ""].join("\n");
}
