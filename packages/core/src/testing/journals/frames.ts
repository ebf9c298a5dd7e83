import { maximumFrameBytes } from "../../journal/checks.js";
import { assert, assertEqual, assertRejects, assertRejectsWith, assertThrows } from "../runner/assertions.js";
import type { ConformanceCase } from "../runner/test-runner.js";
import { frame, framesOf, type JournalCase } from "./case-context.js";

/** Appending, reading and giving up frames. */
export const frameCases: readonly ConformanceCase<JournalCase>[] = [
  {
    name: "frames: they are numbered from 1 and read in order, synced or not",
    async run({ driver }) {
      const journal = await driver.open("j");
      assertEqual(journal.lastSequence, 0, "a new journal has no frame");
      assertEqual(await framesOf(journal), [], "and gives none");
      assertEqual([journal.append(frame("a")), journal.append(frame("b"))], [1, 2], "sequences at once");
      assertEqual(journal.lastSequence, 2, "the last one");
      assertEqual(await framesOf(journal), ["1:a", "2:b"], "what is not synced is read too");
      await journal.sync();
      assertEqual(journal.append(frame("c")), 3, "and on");
      assertEqual(await framesOf(journal, 2), ["2:b", "3:c"], "from a sequence");
      assertEqual(await framesOf(journal, 4), [], "from behind the end");
      await journal.close();
    },
  },
  {
    name: "frames: any bytes of any length come back, the largest frame included",
    async run({ driver }) {
      const journal = await driver.open("j");
      const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const frames = [
        new Uint8Array(),
        all,
        new Uint8Array(65_536).fill(0xff),
        new Uint8Array(200_001),
        new Uint8Array(maximumFrameBytes).fill(7),
        all,
      ];
      for (const data of frames) journal.append(data);
      await journal.sync();
      let index = 0;
      for await (const { sequence, data } of journal.read()) {
        assertEqual([sequence, data.length], [index + 1, frames[index]!.length], "sequence and length");
        assertEqual(data, frames[index], "bytes");
        index++;
      }
      assertEqual(index, frames.length, "all frames");
      await journal.close();
    },
  },
  {
    name: "frames: what was appended may be reused at once",
    async run({ driver }) {
      const journal = await driver.open("j");
      const data = frame("kept");
      journal.append(data);
      data.fill(0);
      await journal.sync();
      assertEqual(await framesOf(journal), ["1:kept"], "the frame is a copy");
      await journal.close();
    },
  },
  {
    name: "frames: what was flushed is there, and a flush of nothing is no frame",
    async run({ driver }) {
      const journal = await driver.open("j");
      journal.flush();
      for (const text of ["a", "b"]) {
        journal.append(frame(text));
        journal.flush();
        journal.flush();
      }
      assertEqual(await framesOf(journal), ["1:a", "2:b"], "both frames, once each");
      await journal.close();
      await assertThrows(() => journal.flush(), "CLOSED", "a closed journal");
    },
  },
  {
    name: "frames: a frame that is too large or no bytes is refused, and uses up no sequence",
    async run({ driver }) {
      const journal = await driver.open("j");
      await assertThrows(
        () => journal.append(new Uint8Array(maximumFrameBytes + 1)),
        "LIMIT_EXCEEDED",
        "more than 16 MiB",
      );
      await assertThrows(() => journal.append("text" as never), "INVALID_ARGUMENT", "a string is no frame");
      assertEqual(journal.append(frame("a")), 1, "the first frame that is taken");
      await journal.close();
    },
  },
  {
    name: "frames: reading ends at the last frame of the time when it began, and may be left early",
    async run({ driver }) {
      const journal = await driver.open("j");
      for (let index = 1; index <= 50; index++) journal.append(frame(String(index)));
      let read = 0;
      for await (const { sequence } of journal.read()) {
        read++;
        assert(sequence <= 50, "frames appended meanwhile are left for the next reading");
        journal.append(frame("later"));
      }
      assertEqual(read, 50, "all that were there");
      for await (const _ of journal.read()) break;
      assertEqual((await framesOf(journal)).length, 100, "nothing is lost");
      await journal.close();
    },
  },
  {
    name: "frames: those before a sequence are given up by truncate, and numbers go on",
    async run({ driver }) {
      const journal = await driver.open("j");
      for (let index = 1; index <= 10; index++) journal.append(frame(String(index)));
      await journal.truncate(1);
      assertEqual((await framesOf(journal)).length, 10, "before the first: nothing");
      await journal.truncate(8);
      assertEqual(await framesOf(journal), ["8:8", "9:9", "10:10"], "before the eighth");
      assertEqual(
        await framesOf(journal, 2),
        ["8:8", "9:9", "10:10"],
        "reading from what is gone begins at what is left",
      );
      await journal.truncate(3);
      assertEqual((await framesOf(journal)).length, 3, "what is given up does not come back");
      await journal.truncate(11);
      assertEqual([await framesOf(journal), journal.lastSequence], [[], 10], "all");
      assertEqual(journal.append(frame("11")), 11, "the next number");
      assertEqual(await framesOf(journal), ["11:11"], "the new frame");
      await journal.close();
    },
  },
  {
    name: "frames: every durability that is offered is kept to, and others are refused",
    async run({ driver, durabilities }) {
      const standard = await driver.open("standard");
      assertEqual(standard.durability, durabilities[0], "the default");
      await standard.close();
      for (const durability of ["memory", "journal", "fsync"] as const) {
        if (!durabilities.includes(durability)) {
          await assertRejects(
            driver.open(durability, { durability }),
            "UNSUPPORTED",
            "a promise that cannot be kept is refused",
          );
          continue;
        }
        const journal = await driver.open(durability, { durability });
        assertEqual(journal.durability, durability, "as asked for");
        assertEqual([journal.append(frame("a")), await framesOf(journal)], [1, ["1:a"]], "it works");
        await journal.close();
      }
    },
  },
  {
    name: "frames: a signal that has aborted stops every call with its reason",
    async run({ driver }) {
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      await assertRejectsWith(driver.open("j", { signal }), reason, "open");
      const journal = await driver.open("j");
      journal.append(frame("a"));
      await assertRejectsWith(journal.sync({ signal }), reason, "sync");
      await assertRejectsWith(journal.truncate(1, { signal }), reason, "truncate");
      const reading = async (): Promise<void> => {
        for await (const _ of journal.read(1, { signal }));
      };
      await assertRejectsWith(reading(), reason, "read");
      await assertRejectsWith(driver.list({ signal }), reason, "list");
      await assertRejectsWith(driver.delete("other", { signal }), reason, "delete");
      assertEqual(await framesOf(journal), ["1:a"], "the journal is as it was");
      await journal.close();
    },
  },
];
