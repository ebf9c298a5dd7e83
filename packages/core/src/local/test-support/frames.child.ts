import { createRandom } from "../../identity/random.js";
import { acknowledge, childArguments, ready } from "../../testing/test-support/kill/child.js";
import { localJournals } from "../open-local-storage.js";

// Appends frames until it is killed, and says of each that append has returned, and of some that they are synced.
const { directory, seed, durability } = childArguments<{
  directory: string;
  seed: number;
  durability: "journal" | "fsync";
}>();
const random = createRandom(seed);
ready();
const journal = await (await localJournals(directory)).open("frames", { durability });
for (;;) {
  const next = journal.lastSequence + 1;
  const length = random.integer(20) === 0 ? random.integer(100_000) : random.integer(300);
  journal.append(new Uint8Array(length).fill(next));
  acknowledge(`append ${next} ${length}`);
  if (random.integer(100) === 0) {
    await journal.sync();
    acknowledge(`sync ${next}`);
  }
  if (random.integer(50) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  if (random.integer(400) === 0) {
    await journal.truncate(next - 50);
    acknowledge(`truncate ${next - 50}`);
  }
}
