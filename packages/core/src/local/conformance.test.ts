import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { registerSuite } from "../testing/test-support/report/suites.js";
import { localSuites } from "./test-support/local-suites.js";

const root = mkdtempSync(join(tmpdir(), "millwright-local-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const suites = localSuites(root);
for (const name of ["kv", "blobs", "journals", "tables", "faults", "model"] as const)
  registerSuite(name, suites, { test, describe });
