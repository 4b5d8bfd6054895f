/**
 * Lets one process at a time obtain a program.
 *
 * @module
 */
import { dirname } from "node:path";

/**
 * Holds an exclusive lock on a file, which it creates. The kernel releases it when this process
 * ends, however it ends.
 */
export class CacheLock implements Disposable {
  private constructor(private readonly file: Deno.FsFile) {}

  /** Waits until no other holder is left; `onWait` is called if that is not at once. */
  static async acquire(path: string, onWait: () => void): Promise<CacheLock> {
    await Deno.mkdir(dirname(path), { recursive: true });
    const file = await Deno.open(path, { create: true, write: true });
    if (!await file.tryLock(true)) {
      onWait();
      await file.lock(true);
    }
    return new CacheLock(file);
  }

  [Symbol.dispose](): void {
    this.file.close();
  }
}
