/**
 * Asking an address several times, and who answered.
 *
 * @module
 */
import { askTcp } from "../backends/tcp_backend.ts";
import { askUdp } from "../backends/udp_backend.ts";

/**
 * Asks once and returns who answered.
 *
 * @param datagramDeadline milliseconds after which an answer by UDP is given up. Default 500.
 */
export function ask(
  protocol: "TCP" | "UDP",
  address: string,
  port: number,
  datagramDeadline = 500,
): Promise<string> {
  return protocol === "TCP"
    ? askTcp(address, port)
    : askUdp(address, port, { message: " ", deadline: datagramDeadline })
      .then((answer) => answer.trim());
}

/** How many answers came from whom. */
export type Answers = ReadonlyMap<string, number>;

/** Asks `times` times, one after another. @throws the first failure. */
export async function askTimes(
  protocol: "TCP" | "UDP",
  address: string,
  port: number,
  times: number,
): Promise<Answers> {
  const answers = new Map<string, number>();
  for (let index = 0; index < times; index++) {
    const who = await ask(protocol, address, port);
    answers.set(who, (answers.get(who) ?? 0) + 1);
  }
  return answers;
}

/** `node-1 ×4, node-2 ×6`, sorted by name. */
export function describeAnswers(answers: Answers): string {
  const sorted = [...answers].toSorted(([a], [b]) => a < b ? -1 : 1);
  return sorted.map(([who, count]) => `${who} ×${count}`).join(", ");
}
