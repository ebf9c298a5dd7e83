import { isBuiltin } from "node:module";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/**
 * @typedef {object} Bundle
 * @property {string[]} problems
 * @property {number} bytes gzip of what is loaded at the start, minified
 */

/**
 * Bundles one statement as a browser application would: minified ES modules, nothing of Node.
 * @param {string} statement such as `export { half } from "@millwright/core";`
 * @param {object} options
 * @param {string} options.folder where packages are resolved from
 * @param {readonly string[]} options.external packages that the application brings (peers)
 * @param {boolean} [options.node] allow Node's modules
 * @param {boolean} [options.startOnly] leave out the files that are imported by a call, when they are used
 * @returns {Promise<Bundle>}
 */
export async function bundle(statement, { folder, external, node = false, startOnly = false }) {
  /** @type {string[]} */
  const nodeImports = [];
  const result = await build({
    stdin: { contents: statement, resolveDir: folder, loader: "js" },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: node ? "node" : "browser",
    conditions: [],
    external: external.flatMap((name) => [name, `${name}/*`]),
    logLevel: "silent",
    plugins: [
      {
        name: "no-node-modules",
        setup: ({ onResolve }) => {
          onResolve({ filter: /^\./ }, ({ path, kind }) =>
            startOnly && kind === "dynamic-import" ? { path, external: true } : undefined,
          );
          onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
            if (kind === "entry-point" || !isBuiltin(path)) return undefined;
            if (!node) nodeImports.push(`${importer} imports "${path}", which browsers do not have`);
            return { path, external: true };
          });
        },
      },
    ],
  }).catch((error) => ({ errors: errorsOf(error), outputFiles: [] }));
  const problems = [...nodeImports, ...result.errors.map(describe)];
  const [file] = result.outputFiles ?? [];
  return { problems, bytes: file === undefined ? 0 : gzipSync(file.contents, { level: 9 }).byteLength };
}

/** @returns {import("esbuild").Message[]} */
function errorsOf(/** @type {unknown} */ error) {
  if (typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors)) {
    return error.errors;
  }
  throw error;
}

function describe(/** @type {import("esbuild").Message} */ { text, location }) {
  return location === null ? text : `${location.file}:${location.line}: ${text}`;
}

/**
 * What an application brings beside a package: its peers, and zod everywhere.
 * @returns {string[]}
 */
export function peersOf(/** @type {readonly import("../../process/repository.js").Manifest[]} */ manifests) {
  const peers = manifests.flatMap((manifest) => [
    ...Object.keys(manifest.peerDependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
  ]);
  return [...new Set(["zod", ...peers])];
}
