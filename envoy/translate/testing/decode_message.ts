/**
 * From bytes back to plain data, so that tests see what Envoy will see.
 *
 * @module
 */
import { envoy, google, xds } from "../../proto/mod.ts";

interface Decoder {
  decode(bytes: Uint8Array): object;
}

const packages: Readonly<Record<string, unknown>> = { envoy, google, xds };

/**
 * Decodes a message and every `Any` inside it. What encoding has dropped is missing in the result.
 *
 * @param typeUrl `type.googleapis.com/` and the full name of a generated message.
 * @throws {Error} when no such message was generated.
 */
export function decodeMessage(typeUrl: string, bytes: Uint8Array): unknown {
  return plain(decoder(typeUrl).decode(bytes));
}

function decoder(typeUrl: string): Decoder {
  let found: unknown = packages;
  for (const part of typeUrl.replace("type.googleapis.com/", "").split(".")) {
    found = (found as Record<string, unknown> | undefined)?.[part];
  }
  if (found === undefined) throw new Error(`no generated message for ${typeUrl}`);
  return found as Decoder;
}

function plain(value: unknown): unknown {
  if (value instanceof google.protobuf.Any) {
    const inner = decodeMessage(value.type_url, value.value) as Record<string, unknown>;
    return { "@type": value.type_url.replace("type.googleapis.com/", ""), ...inner };
  }
  if (value instanceof google.protobuf.Struct) return structText(value);
  if (value instanceof google.protobuf.Duration) {
    return `${Number(value.seconds) + value.nanos / 1e9}s`;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  // 64-bit integers; none here is large.
  if ("low" in value && "high" in value) return value.low;
  const present = Object.entries(value).filter(([, item]) => !isAbsent(item));
  return Object.fromEntries(present.map(([key, item]) => [key, plain(item)]));
}

/** Decoding puts an empty list or map where nothing was sent. */
function isAbsent(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const isMap = Object.getPrototypeOf(value) === Object.prototype;
  return (Array.isArray(value) || isMap) && Object.keys(value).length === 0;
}

/** A struct of texts as the object it stands for. */
function structText({ fields }: google.protobuf.Struct): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, { stringValue }]) => [key, stringValue]),
  );
}
