import { test } from "vitest";
import { blobConformance } from "../../blobs/blob-conformance.js";
import { brokenBlobDrivers } from "./broken-blobs.js";
import { expectFailure } from "./expect-failure.js";

test.for(brokenBlobDrivers)("blobConformance fails on a driver that $fault", async ({ open, foundBy }) => {
  await expectFailure(foundBy, (runner) => blobConformance({ test: runner, open: async () => open() }));
});
