/**
 * String formats as the API server understands them.
 *
 * @module
 */

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Whether a string is of a format. */
export function checkFormat(format: "byte" | "date-time", value: string): boolean {
  return (format === "byte" ? base64 : rfc3339).test(value);
}
