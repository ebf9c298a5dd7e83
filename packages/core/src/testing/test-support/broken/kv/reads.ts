import { compareBytes, concatBytes } from "../../../../identity/bytes.js";
import type { KvDriver, StoredEntry } from "../../../../kv/driver.js";
import type { Broken } from "../broken.js";
import { pause, rangeOnly, withRead } from "./replaced-calls.js";

/** Drivers that break ranges and snapshots. */
export const brokenReads: readonly Broken<KvDriver>[] = [
  {
    fault: "ignores the direction of a range",
    foundBy: "ranges: the start is in the range",
    open: rangeOnly((inner, request) => inner.read({ ...request, reverse: false })),
  },
  {
    fault: "reverses the first entries instead of taking the last ones",
    foundBy: "ranges: at most limit entries",
    open: rangeOnly(async (inner, request) => {
      const found = await inner.read({ ...request, reverse: false });
      return request.reverse ? found.toReversed() : found;
    }),
  },
  {
    fault: "ignores the limit of a range",
    foundBy: "ranges: at most limit entries",
    open: rangeOnly((inner, request) => inner.read({ ...request, limit: 1_000_000 })),
  },
  {
    fault: "includes the end of a range",
    foundBy: "ranges: the start is in the range",
    open: rangeOnly((inner, request) =>
      inner.read({ ...request, end: concatBytes([request.end, Uint8Array.of(0)]) }),
    ),
  },
  {
    fault: "leaves out the start of a range",
    foundBy: "ranges: the start is in the range",
    open: rangeOnly((inner, request) =>
      inner.read({ ...request, start: concatBytes([request.start, Uint8Array.of(0)]) }),
    ),
  },
  {
    fault: "orders keys as signed bytes",
    foundBy: "ranges: entries come in the order of the bytes",
    open: rangeOnly(async (inner, request) => {
      const found = (await inner.read(request)) as StoredEntry[];
      const signed = (a: StoredEntry, b: StoredEntry): number =>
        compareBytes(
          a.key.map((byte) => byte ^ 0x80),
          b.key.map((byte) => byte ^ 0x80),
        );
      return found.toSorted((a, b) => (request.reverse ? signed(b, a) : signed(a, b)));
    }),
  },
  {
    fault: "takes a range for a prefix of bytes: what merely begins like it comes too",
    foundBy: "ranges: a prefix range holds whole parts",
    open: rangeOnly((inner, request) => {
      const end = request.end.slice();
      if (end.length > 2 && end.at(-2) === 0) end[end.length - 2] = 0xff;
      return inner.read({ ...request, end });
    }),
  },
  {
    fault: "ends ranges at its own page of 1,000 entries before the limit",
    foundBy: "ranges: pages one after the other",
    open: rangeOnly((inner, request) => inner.read({ ...request, limit: Math.min(request.limit, 300) })),
  },
  {
    fault: "reads several keys at several moments",
    foundBy: "concurrency: transfers between accounts",
    open: withRead((inner) => async (request) => {
      if (request.kind === "range") return inner.read(request);
      const found: (StoredEntry | undefined)[] = [];
      for (const key of request.keys) {
        found.push(...(await inner.read({ ...request, keys: [key] })));
        if (request.keys.length > 1) await pause();
      }
      return found;
    }),
  },
  {
    fault: "reads a range at several moments",
    foundBy: "concurrency: transfers between accounts",
    open: rangeOnly(async (inner, request) => {
      const [first] = await inner.read({ ...request, limit: 1 });
      await pause();
      return [first!, ...(await inner.read(request)).slice(1)].filter((entry) => entry !== undefined);
    }),
  },
];
