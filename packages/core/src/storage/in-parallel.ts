/**
 * Runs `work` on each item, at most `width` at once. After a failure no further item is begun; it is thrown when those that
 * were begun have ended, so that nothing goes on in the background.
 */
export async function inParallel<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failed = false;
  let failure: unknown;
  for await (const item of items) {
    const task = work(item)
      .catch((error: unknown) => {
        if (!failed) failure = error;
        failed = true;
      })
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= width) await Promise.race(running);
    if (failed) break;
  }
  await Promise.all(running);
  if (failed) throw failure;
}
