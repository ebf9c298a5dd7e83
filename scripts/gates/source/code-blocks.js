/**
 * @typedef {object} CodeBlock
 * @property {number} line of its first line of code, from 1
 * @property {string} code
 * @property {boolean} continued it goes on from the block before it in the same file
 */

const fence = /^(\s*)(`{3,})\s*(\S*)\s*(.*)$/;
const languages = new Set(["ts", "typescript", "mts"]);

/**
 * The TypeScript blocks of a Markdown text. `ts continued` goes on from the block before; a block that
 * cannot compile says so and why: `ts no-check: the reason`.
 * @param {string} text
 * @returns {{ blocks: CodeBlock[], problems: { line: number, problem: string }[] }}
 */
export function codeBlocks(text) {
  /** @type {CodeBlock[]} */
  const blocks = [];
  /** @type {{ line: number, problem: string }[]} */
  const problems = [];
  /** @type {{ close: string, block: CodeBlock | undefined } | undefined} */
  let open;
  for (const [index, line] of text.split("\n").entries()) {
    const [, , ticks = "", language = "", info = ""] = fence.exec(line) ?? [];
    if (open !== undefined) {
      if (ticks !== "" && ticks.length >= open.close.length && language === "") open = undefined;
      else if (open.block !== undefined) open.block.code += `${line}\n`;
      continue;
    }
    if (ticks === "") continue;
    open = { close: ticks, block: undefined };
    if (!languages.has(language)) continue;
    if (info.startsWith("no-check")) {
      if (!/^no-check:?\s+\S/.test(info))
        problems.push({ line: index + 1, problem: "no-check needs a reason" });
      continue;
    }
    open.block = { line: index + 2, code: "", continued: info.startsWith("continued") };
    blocks.push(open.block);
  }
  return { blocks, problems };
}

/**
 * The doc comments of a TypeScript source as one text with the same lines: code and stars are left out, so
 * that `codeBlocks` reads it like Markdown.
 * @returns {string}
 */
export function docComments(/** @type {string} */ source) {
  let inside = false;
  return source
    .split("\n")
    .map((line) => {
      if (!inside) {
        if (!/^\s*\/\*\*/.test(line) || line.includes("*/")) return "";
        inside = true;
        return line.replace(/^\s*\/\*\*\s?/, "");
      }
      if (line.includes("*/")) {
        inside = false;
        return "";
      }
      return line.replace(/^\s*\*\s?/, "");
    })
    .join("\n");
}
