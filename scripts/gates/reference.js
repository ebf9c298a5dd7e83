import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Application, Converter, LogLevel, ReflectionKind } from "typedoc";
import { entryPoints, publishedPackages, root } from "../process/repository.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "reference",
  remedy: "correct the doc comment (options: typedoc.json); the pages are in docs/reference",
  run: async () => {
    const entries = publishedPackages().flatMap((one) =>
      entryPoints(one)
        .map(({ specifier, source }) => ({ specifier, path: join(one.folder, source) }))
        .filter(({ path }) => existsSync(path)),
    );
    const tsconfig = join(root, "docs/tsconfig.json");
    const { problems, modules } = await writeReference(entries, tsconfig, join(root, "docs/reference"));
    return { problems, notes: [`${modules} modules in docs/reference`] };
  },
};

/**
 * Writes the API reference of the entry points. Every warning is a problem: a broken link above all.
 * @param {readonly { specifier: string, path: string }[]} entries
 * @param {string} tsconfig of a program that has the entry points
 * @param {string} output
 * @returns {Promise<{ problems: string[], modules: number }>}
 */
export async function writeReference(entries, tsconfig, output) {
  /** @type {string[]} */
  const problems = [];
  const app = await Application.bootstrapWithPlugins({
    options: join(root, "typedoc.json"),
    entryPoints: entries.map(({ path }) => path),
    tsconfig,
    logLevel: LogLevel.Warn,
  });
  app.logger.log = (message, level) => {
    if (level >= LogLevel.Warn) problems.push(stripVTControlCharacters(message));
  };
  // A module is called what a user imports, not what its file is called.
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
    const path = declaration?.getSourceFile().fileName;
    const entry = entries.find((one) => one.path === path);
    if (entry !== undefined) reflection.name = entry.specifier;
  });
  const project = await app.convert();
  if (project === undefined) return { problems: [...problems, "typedoc made nothing"], modules: 0 };
  app.validate(project);
  await app.generateDocs(project, output);
  return { problems, modules: project.children?.length ?? 0 };
}
