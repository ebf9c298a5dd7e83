import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "../process/repository.js";
import { codeBlocks, docComments } from "./source/code-blocks.js";
import { committableFiles, packageSource } from "./source/files.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "examples",
  remedy:
    "correct the example (or mark it: ```ts no-check: reason; ```ts continued goes on from the last block)",
  run: async () => {
    const pattern =
      /^(README\.md|CONTRIBUTING\.md|packages\/[^/]+\/README\.md|docs\/(?!reference\/).*\.md|examples\/.*\.md)$/;
    const pages = committableFiles(root, pattern).map((path) => ({ path, text: read(path) }));
    const comments = committableFiles(root, packageSource).map((path) => ({
      path,
      text: docComments(read(path)),
    }));
    const { problems, checked } = checkExamples(root, [...pages, ...comments]);
    return { problems, notes: [`${checked} examples`] };
  },
};

function read(/** @type {string} */ path) {
  return readFileSync(join(root, path), "utf8");
}

/**
 * Type-checks the TypeScript blocks of all texts in one program, against the sources of the packages. Each
 * block is a module of its own that starts on the line where it stands in its file.
 * @param {string} folder where packages are resolved from
 * @param {readonly { path: string, text: string }[]} texts
 * @returns {{ problems: string[], checked: number }}
 */
export function checkExamples(folder, texts) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Map<string, { path: string, content: string }>} */
  const files = new Map();
  for (const { path, text } of texts) {
    const found = codeBlocks(text);
    problems.push(...found.problems.map(({ line, problem }) => `${path}:${line}: ${problem}`));
    for (const { start, content } of modules(found.blocks)) {
      const name = `${folder.replaceAll("\\", "/")}/example-${files.size + 1}-line-${start}.ts`;
      files.set(name, { path, content });
    }
  }
  const program = createProgram(folder, files);
  const compilerProblems = program.getOptionsDiagnostics();
  problems.push(
    ...compilerProblems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
  );
  for (const [name, { path }] of files) {
    const file = program.getSourceFile(name);
    const diagnostics = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    for (const { file: at, start = 0, messageText } of diagnostics) {
      const line = at === undefined ? 0 : at.getLineAndCharacterOfPosition(start).line + 1;
      problems.push(`${path}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
    }
  }
  return { problems, checked: files.size };
}

/** @returns {{ start: number, content: string }[]} */
function modules(/** @type {import("./source/code-blocks.js").CodeBlock[]} */ blocks) {
  let before = "";
  let start = 1;
  return blocks
    .map(({ line, code, continued }, index) => {
      if (!continued) {
        before = "";
        start = line;
      }
      const padding = "\n".repeat(Math.max(0, line - 1 - before.split("\n").length + 1));
      const content = `${before}${padding}${code}`;
      // A later block sees the earlier ones; each is reported once, from the last module that has it.
      before = blocks[index + 1]?.continued ? content : "";
      return { start, content: `${content}export {};\n`, last: before === "" };
    })
    .filter(({ last }) => last);
}

/**
 * @param {string} folder
 * @param {Map<string, { content: string }>} files
 */
function createProgram(folder, files) {
  const { config } = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  /** @type {ts.CompilerOptions} */
  const settings = {
    ...options,
    composite: false,
    incremental: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    noEmit: true,
    // An example is a module of a user's application.
    module: ts.ModuleKind.NodeNext,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    erasableSyntaxOnly: false,
    noImplicitReturns: false,
  };
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.content ?? readFile(path);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const content = files.get(path)?.content;
    if (content === undefined) return getSourceFile(path, languageVersion, ...rest);
    return ts.createSourceFile(path, content, languageVersion, true);
  };
  host.getCurrentDirectory = () => folder;
  return ts.createProgram([...files.keys()], settings, host);
}
