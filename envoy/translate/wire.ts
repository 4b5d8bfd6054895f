/**
 * The few protobuf values that every builder needs, in the shape protobufjs expects.
 *
 * @module
 */
import { type google, typeUrlOf } from "../proto/mod.ts";
import type { Writer } from "protobufjs/minimal.js";

/** The encoder of a generated message class. */
interface Codec<T> {
  encode(message: T): Writer;
}

/**
 * Packs a message into an `Any`, as extensions travel.
 *
 * @param name full name of the message, e.g. `envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`.
 */
export function packAny<T>(name: string, codec: Codec<T>, message: T): google.protobuf.IAny {
  return { type_url: typeUrlOf(name), value: codec.encode(message).finish() };
}

/** A duration, rounded to milliseconds: nothing here gets finer. */
export function duration(seconds: number): google.protobuf.IDuration {
  // Rounded before it is divided: Envoy refuses a message with a whole second of nanoseconds.
  const milliseconds = Math.round(seconds * 1000);
  return { seconds: Math.floor(milliseconds / 1000), nanos: milliseconds % 1000 * 1_000_000 };
}

/** The text values of a `Struct`. */
export function textStruct(values: Readonly<Record<string, string>>): google.protobuf.IStruct {
  const entries = Object.entries(values).map(([key, stringValue]) => [key, { stringValue }]);
  return { fields: Object.fromEntries(entries) };
}
