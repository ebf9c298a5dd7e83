// node scripts/setup/tsup.js packages/core …
// Files are transpiled one by one, not bundled: a worker's URL relative to `import.meta.url`, a stack trace
// and "go to definition" then mean the same in `src` and in `dist`. Declarations come from `tsc -b`.
import { join } from "node:path";
import { build } from "tsup";
import { root } from "../process/repository.js";
import { sourceFiles } from "./build.js";

for (const path of process.argv.slice(2)) {
  const folder = join(root, path);
  await build({
    config: false,
    entry: Object.fromEntries(
      sourceFiles({ folder }).map((file) => [file.replace(/\.ts$/, ""), join(folder, "src", file)]),
    ),
    outDir: join(folder, "dist"),
    tsconfig: join(root, "tsconfig.base.json"),
    format: "esm",
    target: "es2022",
    platform: "neutral",
    bundle: false,
    splitting: false,
    sourcemap: true,
    dts: false,
    // Keeps what `tsc -b` writes into the same folder.
    clean: ["!**/*.d.ts", "!**/*.d.ts.map", "!**/*.tsbuildinfo"],
    silent: true,
  });
}
