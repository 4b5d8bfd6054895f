/**
 * For how long the Envoy of a load balancer remembers a client of UDP.
 *
 * @module
 */
import { parseDuration } from "../../../apis/kubelb/duration.ts";
import { udpIdleTimeoutAnnotation } from "../../../apis/kubelb/names.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";

/** Seconds. A minute is Envoy's default; the kernel's connection tracking keeps 30 to 120 s. */
const usual = 60;

/**
 * Seconds, for the port of DNS. Each question comes from another source port, and each takes a file
 * descriptor for as long as it is remembered; nobody waits longer for an answer. RFC 4787 (REQ-5)
 * lets address translators forget sooner there, too.
 */
const ofQuestions = 10;

const dns = 53;

/** Milliseconds. */
const [shortest, longest] = [1_000, 3_600_000];

/** Seconds without a datagram either way after which a client of this front port is forgotten. */
export function udpIdleTimeout({ metadata }: LoadBalancer, port: number): number {
  const asked = parseDuration(metadata.annotations?.[udpIdleTimeoutAnnotation] ?? "");
  if (asked !== undefined) return asked / 1_000;
  return port === dns ? ofQuestions : usual;
}

/** What is wrong with what the tenant asks for, and what to write instead; else undefined. */
export function udpIdleTimeoutProblem({ metadata }: LoadBalancer): string | undefined {
  const text = metadata.annotations?.[udpIdleTimeoutAnnotation];
  if (text === undefined) return undefined;
  const asked = parseDuration(text) ?? 0;
  if (asked >= shortest && asked <= longest) return undefined;
  return `"${text}" is no duration from 1s to 1h, such as 10s`;
}
