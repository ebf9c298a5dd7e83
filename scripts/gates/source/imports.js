import ts from "typescript";

/**
 * @typedef {object} Import
 * @property {string} specifier
 * @property {number} line from 1
 * @property {boolean} dynamic `import("…")` at run time
 */

/**
 * Every module that a source file names: `import`, `import type`, `export … from`, `import("…")` as a value
 * or in a type.
 * @returns {Import[]}
 */
export function importsOf(/** @type {string} */ path, /** @type {string} */ text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  /** @type {Import[]} */
  const imports = [];
  const add = (/** @type {ts.Node | undefined} */ node, dynamic = false) => {
    if (node === undefined || !ts.isStringLiteralLike(node)) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    imports.push({ specifier: node.text, line: line + 1, dynamic });
  };
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], true);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return imports;
}
