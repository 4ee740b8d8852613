const POLL_MS = 500;

/** Whether this process was started by another Node process that keeps an IPC channel to it. */
export function hasIpcParent(): boolean {
  return process.send !== undefined;
}

/**
 * Calls `gone` once when the parent process has ended: when its IPC channel closes, or, without one, when this process
 * has got another parent. Nothing else counts; standard input in particular may end at any time.
 */
export function followParent(gone: () => void): void {
  if (hasIpcParent()) {
    if (process.connected) process.once('disconnect', gone);
    else gone();
    return;
  }
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    gone();
  }, POLL_MS).unref();
}
