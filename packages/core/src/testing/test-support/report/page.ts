import { conformanceReport } from "../../index.js";
import { type SuiteName, type SuiteResults, suiteNames } from "./suites.js";

const titles: Readonly<Record<SuiteName, string>> = {
  kv: "KvStore",
  unorderedKv: "KvStore, unordered",
  blobs: "BlobStore",
  journals: "Journal",
  tables: "TableStore",
  faults: "faults",
  model: "model",
};

/** The page of the results: a table of sums, then the cases of each suite, folded up. */
export function conformancePage(results: readonly { driver: string; suites: SuiteResults }[]): string {
  const head = `| driver | ${suiteNames.map((name) => titles[name]).join(" | ")} |`;
  const rows = results.map(
    ({ driver, suites }) => `| ${driver} | ${suiteNames.map((name) => sumOf(suites[name])).join(" | ")} |`,
  );
  const details = suiteNames.map((name) => {
    const having = results.filter(({ suites }) => suites[name] !== undefined);
    const report = conformanceReport(
      having.map(({ driver, suites }) => ({ driver, results: suites[name]! })),
    );
    return `<details><summary>${titles[name]}</summary>\n\n${report.toMarkdown()}\n\n</details>`;
  });
  return `${introduction}\n${[head, `|---|${"---|".repeat(suiteNames.length)}`, ...rows].join("\n")}\n\n${explanation}\n\n${details.join("\n\n")}\n`;
}

function sumOf(results: SuiteResults[SuiteName]): string {
  if (results === undefined) return "–";
  const count = (outcome: "passed" | "failed" | "skipped"): number =>
    results.filter((result) => result.outcome === outcome).length;
  const extra = (["failed", "skipped"] as const).filter((outcome) => count(outcome) > 0);
  return [`${count("passed")} passed`, ...extra.map((outcome) => `${count(outcome)} ${outcome}`)].join(", ");
}

const introduction = `# Conformance

Written by \`npm run conformance\`, which starts the servers that it needs and runs the published suites of
\`@millwright/core/testing\` on seven drivers: Redis with its append-only file on \`always\`, PostgreSQL, an S3 server that answers
conditional writes as S3 does (moto), IndexedDB in headless Chromium, and HTTP with local storage behind it.
`;

const explanation = `A dash: the driver has no such port. What a suite needs besides the driver (blobs beside Redis and PostgreSQL, keys beside S3) was in
memory, and so was the unordered store behind HTTP. *KvStore* holds the cases of the driver, of the store over it, and of
the store in a namespace among neighbours. *faults* breaks the first driver call, then the second, and so on, in five ways. *model* compares
random sequences of commands with an own model, and shrinks what differs. Each suite is itself shown to fail on deliberately broken
adapters: 104 of them.

## Prove your own

A driver is opened by a place: a new name is fresh, the same name is the same data. Any test runner will do. This is a whole file; put
your driver in the place of \`localKv\`:

\`\`\`ts
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { localKv } from "@millwright/core/local";
import { kvConformance } from "@millwright/core/testing";

const root = mkdtempSync(join(tmpdir(), "my-driver-"));
const capabilities = { ordered: true, shared: true, durable: true };
kvConformance({ test, describe, capabilities, open: (place) => localKv(join(root, place)) });
\`\`\`

The suites of blobs, journals and tables have the same form. Faults and the model take a driver that passes:

\`\`\`ts continued
import fastCheck from "fast-check";
import { localBlobs } from "@millwright/core/local";
import { faultConformance, kvModelTest } from "@millwright/core/testing";

const at = (place: string) => join(root, place);
faultConformance({ test, open: async (place) => ({ kv: await localKv(at(place)), blobs: await localBlobs(at(place)) }) });
kvModelTest({ test, fastCheck, open: (place) => localKv(at(place)) });
\`\`\`

The suites choose their cases by the capabilities, and the first case fails if the driver declares others. A known deviation is
skipped by its full name with a reason, \`skip: { "hints: …": "the server has no notifications" }\`, and shown in every report; a name
that no case has is an error.

## Cases`;
