import { MillwrightError } from "../../../errors/millwright-error.js";
import { createIdentifierBytes } from "../../../identity/identifier.js";
import { acknowledge, childArguments, ready } from "../kill/child.js";
import { openServerKv, type ServerStore } from "./open-server-kv.js";

/** A child process that appends to one log, and says each sequence and number once the commit has returned. */
export interface LogWriterInput {
  readonly store: ServerStore;
  readonly log: readonly number[];
  readonly writer: number;
  /** Entries to append; without it, until it is killed. */
  readonly count?: number;
}

const input = childArguments<LogWriterInput>();
const log = Uint8Array.from(input.log);
ready();
try {
  await write();
} catch (error) {
  // The server was killed, and this process will be: what it has acknowledged stands.
  if (!MillwrightError.is(error, "UNAVAILABLE") && !MillwrightError.is(error, "OUTCOME_UNKNOWN")) throw error;
}

async function write(): Promise<void> {
  const { driver, close } = await openServerKv(input.store);
  for (let number = 1; number <= (input.count ?? Number.POSITIVE_INFINITY); number++) {
    const value = new TextEncoder().encode(`${input.writer}:${number}`);
    const marker = Uint8Array.of(0x02, 0x6d, input.writer, 0x00);
    const now = Date.now() * 1000;
    const result = await driver.commit({
      id: createIdentifierBytes(),
      now,
      checks: [],
      mutations: [
        { kind: "append", log, value },
        // Two keys of one commit: both are there afterwards, or neither.
        { kind: "set", key: marker, value },
      ],
    });
    if (!result.ok) throw new Error("a commit without checks cannot conflict");
    acknowledge(`${result.sequences[0]} ${input.writer}:${number}`);
  }
  await close();
}
