import assert from "node:assert/strict";
import { join } from "node:path";
import { createAuthority, type KeyPair } from "../../base/certificates.ts";
import { delay, systemClock } from "../../base/clock.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { createLogger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import { promoted } from "../identity/authority_plan.ts";
import { XdsIdentity } from "../identity/xds_identity.ts";
import { CredentialFiles, credentialFiles } from "./credential_files.ts";
import { StateFiles } from "./state_files.ts";

const day = 24 * 60 * 60 * 1000;

/** State directories of two fleets, and managers that come one after another. */
async function start() {
  const root = await Deno.makeTempDir();
  for (const fleet of ["a", "b"]) await Deno.mkdir(join(root, fleet));
  const clock = new FakeClock();
  const lines: string[] = [];
  const log = createLogger({ write: (line) => lines.push(JSON.parse(line).message) });
  const folderOf = (fleet: string) => join(root, fleet);
  const manager = () => {
    const identity = new XdsIdentity(clock);
    const stateFiles = new StateFiles({ log, clock, metrics: new Registry() });
    const files = new CredentialFiles({ issuer: identity, folderOf, stateFiles, log, clock });
    return { identity, files };
  };
  const authority = (): Promise<KeyPair> =>
    createAuthority("test", { notBefore: clock.now(), notAfter: clock.now() + 365 * day });
  const read = (fleet: string, kind: "identity" | "trust") =>
    Deno.readTextFile(credentialFiles(folderOf(fleet))[kind]).catch(() => "");
  return {
    clock,
    lines,
    manager,
    authority,
    read,
    folderOf,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** Waits until something has changed that is written in the background. */
async function change(clock: FakeClock, read: () => Promise<string>, before: string) {
  while (await read() === before) {
    await clock.advance(0);
    await delay(systemClock, 1);
  }
}

/** As long as a renewal takes, several times. */
async function afterRenewals(clock: FakeClock): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await clock.advance(0);
    await delay(systemClock, 1);
  }
}

Deno.test("the next manager leaves a certificate alone until half of its life is over", async () => {
  await using fixture = await start();
  const { clock, manager, authority, read } = fixture;
  const current = await authority();
  const first = manager();
  first.identity.use({ current, retired: [] });
  await first.files.write("a");
  const before = await read("a", "identity");
  first.files[Symbol.dispose]();

  const second = manager();
  using _files = second.files;
  second.files.follow("a");
  second.identity.use({ current, retired: [] });
  await afterRenewals(clock);
  assert.equal(await read("a", "identity"), before);
  await clock.advance(15 * day);
  await change(clock, () => read("a", "identity"), before);
});

Deno.test("an adopted fleet waits for the authority without a word", async () => {
  await using fixture = await start();
  const { clock, lines, manager, authority, read } = fixture;
  const { identity, files } = manager();
  using _files = files;
  for (const fleet of ["a", "b"]) files.follow(fleet);
  await clock.advance(day);
  assert.deepEqual(lines, []);
  identity.use({ current: await authority(), retired: [] });
  for (const fleet of ["a", "b"]) await change(clock, () => read(fleet, "identity"), "");
});

Deno.test("a successor that is announced is trusted, and only when it signs are certificates replaced", async () => {
  await using fixture = await start();
  const { clock, manager, authority, read } = fixture;
  const { identity, files } = manager();
  using _files = files;
  identity.use({ current: await authority(), retired: [] });
  await files.write("a");
  const [certificate, trust] = [await read("a", "identity"), await read("a", "trust")];
  identity.use({ ...identity.authorities!, next: await authority() });
  await change(clock, () => read("a", "trust"), trust);
  await afterRenewals(clock);
  assert.equal(await read("a", "identity"), certificate);
  identity.use(promoted(identity.authorities!));
  await change(clock, () => read("a", "identity"), certificate);
});

Deno.test("a fleet whose files cannot be written delays no other", async () => {
  await using fixture = await start();
  const { clock, lines, manager, authority, read, folderOf } = fixture;
  const { identity, files } = manager();
  using _files = files;
  for (const fleet of ["a", "b"]) await Deno.remove(folderOf(fleet));
  identity.use({ current: await authority(), retired: [] });
  const failures = async (count: number, step: number) => {
    while (lines.length < count) {
      await clock.advance(step);
      await delay(systemClock, 1);
    }
  };
  files.follow("a");
  await failures(8, 90_000); // by now a minute lies between two tries
  files.follow("b");
  await failures(9, 0);
  await Deno.mkdir(folderOf("b"));
  await clock.advance(1_500);
  await change(clock, () => read("b", "identity"), "");
  assert.ok(lines.every((line) => line.startsWith("cannot renew")), lines.join("\n"));
});
