/**
 * What a process has open: all that the system shows of its handles. Linux only.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { eventually } from "../process/eventually.ts";
import type { Program } from "../process/program.ts";
import { parseSocketPeers } from "./sockets.ts";

/** How many of each kind, such as `socket to 127.0.0.1:6443` or `anon_inode:[eventpoll]`. */
export type Descriptors = ReadonlyMap<string, number>;

/** Looks at a process. */
export async function readDescriptors(pid: number): Promise<Descriptors> {
  const folder = `/proc/${pid}/fd`;
  const peers = parseSocketPeers(await Deno.readTextFile(`/proc/${pid}/net/tcp`));
  const kinds = new Map<string, number>();
  for await (const { name } of Deno.readDir(folder)) {
    // One may be closed between the listing and the look.
    const target = await Deno.readLink(`${folder}/${name}`).catch(() => undefined);
    if (target === undefined) continue;
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    const kind = inode === undefined ? target : peers.get(inode) ?? "other socket";
    const plain = kind.replace(/^pipe:.*/, "pipe");
    kinds.set(plain, (kinds.get(plain) ?? 0) + 1);
  }
  return kinds;
}

/** How many there are. */
export function countDescriptors(descriptors: Descriptors): number {
  return descriptors.values().reduce((sum, count) => sum + count, 0);
}

/** `+2 socket to 127.0.0.1:6443, -1 pipe`: what `now` has more or less than `before`. */
export function describeDifference(before: Descriptors, now: Descriptors): string {
  const kinds = new Set([...before.keys(), ...now.keys()]);
  return [...kinds].toSorted().flatMap((kind) => {
    const more = (now.get(kind) ?? 0) - (before.get(kind) ?? 0);
    return more === 0 ? [] : [`${more > 0 ? "+" : ""}${more} ${kind}`];
  }).join(", ");
}

/** Milliseconds for which a program that has just been started is watched. */
const observation = 3_000;

/** Milliseconds: `fetch` keeps a connection that nobody uses for 90 s. */
const settling = 150_000;

/** The most that a program has open that has nothing to do. */
export async function idleDescriptors({ process }: Program): Promise<Descriptors> {
  let most: Descriptors = new Map();
  for (const end = systemClock.monotonic() + observation; systemClock.monotonic() < end;) {
    const now = await readDescriptors(process.pid);
    if (countDescriptors(now) > countDescriptors(most)) most = now;
    await delay(systemClock, 100);
  }
  return most;
}

/**
 * Waits until a program has no more open than it had when it was `idle`; what it has more, in one
 * line, if that does not come.
 */
export async function leakedDescriptors(
  { process }: Program,
  idle: Descriptors,
): Promise<string[]> {
  let now: Descriptors = new Map();
  return await eventually(async () => {
    now = await readDescriptors(process.pid);
    return countDescriptors(now) <= countDescriptors(idle) && [];
  }, { deadline: settling, interval: 500 }).catch(
    () => [`open files and sockets of the ${process.name}: ${describeDifference(idle, now)}`],
  );
}
