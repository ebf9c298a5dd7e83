import { createIdentifierHex } from "../../identity/identifier.js";
import type { Journal, JournalDriver, JournalDurability } from "../../journal/journal.js";
import type { JournalConformanceOptions } from "./options.js";

/** What a case about journals works with. */
export interface JournalCase {
  readonly driver: JournalDriver;
  readonly place: string;
  readonly durabilities: readonly JournalDurability[];
  /** Closes the driver and opens the journals again. */
  restart(): Promise<JournalDriver>;
  tear(journal: string): Promise<void>;
  damage(journal: string): Promise<void>;
}

/** Opens a place for a case, runs it, and closes whatever it opened. */
export async function withJournalCase(
  options: JournalConformanceOptions,
  run: (context: JournalCase) => Promise<void>,
): Promise<void> {
  const place = `case_${createIdentifierHex().slice(-16)}`;
  let driver = await options.open(place);
  try {
    await run({
      driver,
      place,
      durabilities: options.durabilities ?? ["memory"],
      async restart() {
        await driver.close();
        driver = await options.open(place);
        return driver;
      },
      tear: async (journal) => options.tear?.(place, journal),
      damage: async (journal) => options.damage?.(place, journal),
    });
  } finally {
    await driver.close();
    await options.remove?.(place);
  }
}

/** Bytes of a text. */
export function frame(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What reading a journal gives, as `sequence:text`. */
export async function framesOf(journal: Journal, from?: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { sequence, data } of journal.read(from))
    found.push(`${sequence}:${new TextDecoder().decode(data)}`);
  return found;
}
