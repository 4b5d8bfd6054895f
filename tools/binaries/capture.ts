/**
 * Runs a helper program and keeps what it says.
 *
 * @module
 */

/** How a helper program ended. */
export interface Captured {
  readonly ok: boolean;
  /** Standard output and error together. */
  readonly output: string;
}

/** Choices of {@linkcode capture}. */
export interface CaptureOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Told every line as it is written. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end; one that cannot be started has failed like any other. */
export async function capture(
  command: string,
  args: readonly string[],
  { cwd, env = {}, onLine = () => {} }: CaptureOptions = {},
): Promise<Captured> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ok: false, output: `no ${command}` };
    throw error;
  }
  const lines: string[] = [];
  const collect = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  const [{ success }] = await Promise.all([
    child.status,
    eachLine(child.stdout, collect),
    eachLine(child.stderr, collect),
  ]);
  return { ok: success, output: lines.join("\n") };
}

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) onLine(line);
  }
  if (rest !== "") onLine(rest);
}
