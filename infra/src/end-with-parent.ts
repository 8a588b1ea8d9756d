const LOOK_EVERY_MS = 500;

/**
 * Ends this process when the engine that started it is gone: one that is killed has no way to say goodbye, and its
 * plugins would stay for ever.
 */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, LOOK_EVERY_MS).unref();
}
