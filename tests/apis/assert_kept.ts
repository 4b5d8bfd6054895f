import assert from "node:assert/strict";
import type { Answer } from "./custom_resource_client.ts";

/**
 * The object was accepted and everything of `sent` is in what the API server made of it, which may
 * have more: metadata, defaults.
 */
export function assertKept(answer: Answer, sent: unknown): void {
  assert(answer.accepted, JSON.stringify({ answer, sent }));
  // What goes over the wire is JSON: it knows no -0, for one.
  assertWithin(answer.object, JSON.parse(JSON.stringify(sent)), "");
}

function assertWithin(stored: unknown, sent: unknown, path: string): void {
  if (typeof sent !== "object" || sent === null) return assert.deepEqual(stored, sent, path);
  if (Array.isArray(sent)) {
    assert(Array.isArray(stored) && stored.length === sent.length, `${path} lost entries`);
  }
  for (const [key, value] of Object.entries(sent)) {
    const at = `${path}.${key}`;
    assert(typeof stored === "object" && stored !== null && key in stored, `${at} is lost`);
    assertWithin((stored as Record<string, unknown>)[key], value, at);
  }
}
