interface NodeProcess {
  on(event: "unhandledRejection", listener: (reason: unknown) => void): void;
  off(event: "unhandledRejection", listener: (reason: unknown) => void): void;
}

/** Runs something, and gives the reasons of the rejections that nobody handled meanwhile. In Node and in browsers. */
export async function unhandledDuring(run: () => Promise<void>): Promise<unknown[]> {
  const reasons: unknown[] = [];
  const host = (globalThis as { process?: NodeProcess }).process;
  const onReason = (reason: unknown): void => void reasons.push(reason);
  const onEvent = (event: Event): void => onReason((event as PromiseRejectionEvent).reason);
  if (typeof host?.on === "function") host.on("unhandledRejection", onReason);
  else globalThis.addEventListener("unhandledrejection", onEvent);
  try {
    await run();
    // A host reports a rejection once the microtasks after it have run.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve));
  } finally {
    if (typeof host?.on === "function") host.off("unhandledRejection", onReason);
    else globalThis.removeEventListener("unhandledrejection", onEvent);
  }
  return reasons;
}
