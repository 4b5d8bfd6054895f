/**
 * Asking an address several times, and who answered.
 *
 * @module
 */
import { askHttp } from "../backends/http_backend.ts";
import { askTcp } from "../backends/tcp_backend.ts";
import { askUdp } from "../backends/udp_backend.ts";

/** What a backend understands. */
export type Language = "TCP" | "UDP" | "HTTP";

/**
 * Asks once and returns who answered.
 *
 * @param datagramDeadline milliseconds after which an answer by UDP is given up. Default 500.
 */
export async function ask(
  language: Language,
  address: string,
  port: number,
  datagramDeadline = 500,
): Promise<string> {
  switch (language) {
    case "TCP":
      return await askTcp(address, port);
    case "HTTP":
      return await askHttp(address, port);
    case "UDP":
      return (await askUdp(address, port, { message: " ", deadline: datagramDeadline })).trim();
  }
}

/** How many answers came from whom. */
export type Answers = ReadonlyMap<string, number>;

/** Asks `times` times, one after another. @throws the first failure. */
export async function askTimes(
  language: Language,
  address: string,
  port: number,
  times: number,
): Promise<Answers> {
  const answers = new Map<string, number>();
  for (let index = 0; index < times; index++) {
    const who = await ask(language, address, port);
    answers.set(who, (answers.get(who) ?? 0) + 1);
  }
  return answers;
}

/** `node-1 ×4, node-2 ×6`, sorted by name. */
export function describeAnswers(answers: Answers): string {
  const sorted = [...answers].toSorted(([a], [b]) => a < b ? -1 : 1);
  return sorted.map(([who, count]) => `${who} ×${count}`).join(", ");
}
