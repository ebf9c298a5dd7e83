import { defineConfig } from "vitest/config";
import { ClosingLine } from "./scripts/vitest/closing-line.js";

// Packages are resolved to their sources: tests need no build.
const conditions = ["@millwright/source", "module", "node", "development|production"];
const resolve = { conditions };
const ssr = { resolve: { conditions, externalConditions: ["@millwright/source", "node"] } };

const everywhere = ["packages/*/src", "examples/*"];
const named = (kind: string) => everywhere.map((folder) => `${folder}/**/*.${kind}.test.ts`);
const ignored = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  resolve,
  ssr,
  test: {
    reporters: ["default", new ClosingLine()],
    // Projects of one group run together, groups one after the other.
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: [...everywhere.map((folder) => `${folder}/**/*.test.ts`), "scripts/**/*.test.js"],
          exclude: [...ignored, ...named("service"), ...named("kill"), ...named("browser")],
          setupFiles: ["scripts/vitest/fail-on-console.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "services",
          include: named("service"),
          exclude: ignored,
          setupFiles: ["scripts/vitest/fail-on-console.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "browser",
          include: named("browser"),
          exclude: ignored,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "kill",
          include: named("kill"),
          exclude: ignored,
          testTimeout: 600_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
