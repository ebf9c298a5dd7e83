import { truthOf } from "../../predicate.js";
import type { Column } from "../columns/column.js";
import type { Dictionary } from "../columns/dictionary.js";
import type { DocumentTable } from "../columns/table.js";
import type { FilterNode, FilterTest, NumericTest } from "./filter.js";

/** Takes out of `mask`, which has a byte for each row, the rows that a filter does not match. */
export function narrow(table: DocumentTable, node: FilterNode, mask: Uint8Array): void {
  switch (node.kind) {
    case "and": {
      const operands = node.operands.map((operand) => ({ operand, cost: costOf(table, operand) }));
      operands.sort((a, b) => a.cost - b.cost);
      for (const { operand } of operands) narrow(table, operand, mask);
      return;
    }
    case "or": {
      const open = mask.slice();
      mask.fill(0);
      for (const operand of node.operands) {
        const matched = open.slice();
        narrow(table, operand, matched);
        for (let row = 0; row < mask.length; row++) {
          mask[row]! |= matched[row]!;
          open[row]! ^= matched[row]!;
        }
      }
      return;
    }
    case "presence": {
      const column = table.column(node.field);
      if (column === undefined) {
        if (node.there) mask.fill(0);
      } else narrowByPresence(column, node.there, mask);
      return;
    }
    default: {
      const column = table.column(node.field);
      if (column === undefined) mask.fill(0);
      else if (node.parts !== undefined && column.values.kind !== "list") narrow(table, node.parts, mask);
      else if (column.presence === undefined) narrowSparse(column, node, mask);
      else narrowDense(column, node, mask);
    }
  }
}

/** About how long a filter takes, to begin with what is cheap: what it takes out costs the others less. */
function costOf(table: DocumentTable, node: FilterNode): number {
  if ("operands" in node) return node.operands.reduce((sum, operand) => sum + costOf(table, operand), 0);
  const column = table.column(node.field);
  if (column === undefined) return 0;
  const perRow = { number: 1, text: 3, list: 3, general: 10 }[column.values.kind];
  return column.count * (node.kind === "presence" ? 1 : perRow);
}

function narrowByPresence(column: Column, there: boolean, mask: Uint8Array): void {
  const { presence } = column;
  if (presence !== undefined) {
    const rows = Math.min(mask.length, presence.length);
    const out = there ? 0 : 1;
    for (let row = 0; row < rows; row++) if (presence[row] === out) mask[row] = 0;
    if (there) mask.fill(0, rows);
  } else if (there) keepRows(column, mask, () => true);
  else for (let slot = 0; slot < column.count; slot++) mask[column.rows[slot]!] = 0;
}

function narrowSparse(column: Column, test: FilterTest, mask: Uint8Array): void {
  const { predicate, wanted } = test;
  const { values } = column;
  keepRows(column, mask, (slot) => truthOf(predicate, values.get(slot)) === wanted);
}

function keepRows(column: Column, mask: Uint8Array, keeps: (slot: number) => boolean): void {
  const kept = new Uint8Array(mask.length);
  for (let slot = 0; slot < column.count; slot++) {
    const row = column.rows[slot]!;
    if (mask[row] === 1 && keeps(slot)) kept[row] = 1;
  }
  mask.set(kept);
}

function narrowDense(column: Column, test: FilterTest, mask: Uint8Array): void {
  const { values } = column;
  const { predicate, wanted, numeric } = test;
  const presence = column.presence!;
  const rows = Math.min(mask.length, presence.length);
  mask.fill(0, rows);
  if (values.kind === "number" && numeric !== undefined) {
    narrowNumbers(values.numbers, rows, numeric, mask);
    return;
  }
  if (values.kind === "text") {
    const { codes, dictionary } = values;
    narrowCodes(codes, rows, verdictsOf(dictionary, test), mask, (code) => {
      return predicate(dictionary.texts[code]!) === wanted;
    });
    return;
  }
  if (values.kind === "list") {
    const verdicts = new Uint8Array(values.dictionary.extent);
    verdicts[0] = no;
    narrowCodes(values.codes, rows, verdicts, mask, (code) => {
      return truthOf(predicate, values.valueOfCode(code)) === wanted;
    });
    return;
  }
  for (let row = 0; row < rows; row++)
    if (mask[row] === 1 && (presence[row] === 0 || predicate(values.get(row)) !== wanted)) mask[row] = 0;
}

/** One loop for each operator, so that the engine compiles it to a few instructions. No comparison with NaN is true. */
function narrowNumbers(numbers: Float64Array, rows: number, test: NumericTest, mask: Uint8Array): void {
  if (test.operator === "in") {
    const { numbers: wanted, negated } = test;
    for (let row = 0; row < rows; row++) {
      if (mask[row] === 0) continue;
      const value = numbers[row]!;
      if (Number.isNaN(value) || wanted.has(value) === negated) mask[row] = 0;
    }
    return;
  }
  const { operator, number } = test;
  if (operator === "<") for (let row = 0; row < rows; row++) mask[row]! &= numbers[row]! < number ? 1 : 0;
  else if (operator === "<=")
    for (let row = 0; row < rows; row++) mask[row]! &= numbers[row]! <= number ? 1 : 0;
  else if (operator === ">")
    for (let row = 0; row < rows; row++) mask[row]! &= numbers[row]! > number ? 1 : 0;
  else if (operator === ">=")
    for (let row = 0; row < rows; row++) mask[row]! &= numbers[row]! >= number ? 1 : 0;
  else if (operator === "=")
    for (let row = 0; row < rows; row++) mask[row]! &= numbers[row]! === number ? 1 : 0;
  else
    for (let row = 0; row < rows; row++)
      mask[row]! &= numbers[row]! < number || numbers[row]! > number ? 1 : 0;
}

const [open, no, yes] = [0, 1, 2];

/** What is known of each text of a dictionary before any is looked at: all, if they compare as numbers, which are kept. */
function verdictsOf(dictionary: Dictionary, { numeric }: FilterTest): Uint8Array {
  const verdicts = new Uint8Array(dictionary.extent);
  if (numeric !== undefined && (numeric.operator === "in" || numeric.readsTexts)) {
    const { numbers } = dictionary;
    if (numbers !== undefined) {
      verdicts.fill(1);
      narrowNumbers(numbers, verdicts.length, numeric, verdicts);
      for (let code = 0; code < verdicts.length; code++) verdicts[code] = verdicts[code] === 1 ? yes : no;
    }
  }
  verdicts[0] = no;
  return verdicts;
}

/** Each distinct text is looked at once, and only if a row has it that is still in question. */
function narrowCodes(
  codes: Uint32Array,
  rows: number,
  verdicts: Uint8Array,
  mask: Uint8Array,
  decide: (code: number) => boolean,
): void {
  for (let row = 0; row < rows; row++) {
    if (mask[row] === 0) continue;
    const code = codes[row]!;
    if (verdicts[code] === open) verdicts[code] = decide(code) ? yes : no;
    if (verdicts[code] === no) mask[row] = 0;
  }
}
