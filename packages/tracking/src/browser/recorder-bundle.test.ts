import { build } from "esbuild";
import { expect, test } from "vitest";

test("a recorder and its HTTP sink bring neither a schema library nor the code of storages", async () => {
  const bundle = await build({
    stdin: {
      contents: 'export { createRecorder } from "../index.js"; export { httpSink } from "../http/index.js";',
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    conditions: ["@millwright/source"],
  });
  const { inputs, imports } = Object.values(bundle.metafile.outputs)[0]!;
  const brought = Object.entries(inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  expect(brought.filter((path) => path.includes("/create-recorder."))).toHaveLength(1);
  expect(brought.filter((path) => /\/zod\/|\/kv\/|\/records\/|\/tables\/|\/search\//.test(path))).toEqual([]);
  expect(imports).toEqual([]);
});
