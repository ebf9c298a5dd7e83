import { columnRows } from "./check.js";
import type { DictionaryColumn, VariableColumn } from "./column.js";
import { collectBytes, packText, unpackText } from "./text.js";
import { isNull } from "./values.js";

/**
 * A string column as codes into its distinct values, in the order in which they first appear. Worth it where values
 * repeat; comparing and grouping then work on numbers.
 */
export function dictionaryOf(column: VariableColumn): DictionaryColumn {
  const texts = unpackText(column);
  const codes = new Int32Array(texts.length);
  const known = new Map<string, number>();
  const dictionary: string[] = [];
  for (let row = 0; row < texts.length; row++) {
    if (isNull(column, row)) continue;
    const text = texts[row]!;
    let code = known.get(text);
    if (code === undefined) {
      code = dictionary.length;
      known.set(text, code);
      dictionary.push(text);
    }
    codes[row] = code;
  }
  return { type: "dictionary", codes, dictionary, validity: column.validity };
}

/** A dictionary column as a plain string column. */
export function stringsOf(column: DictionaryColumn): VariableColumn {
  const { codes, validity } = column;
  const packed = packText(column.dictionary, "dictionary");
  const collector = collectBytes(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (isNull(column, row)) collector.addNothing();
    else collector.addBytes(packed.data.subarray(packed.offsets[code], packed.offsets[code + 1]));
  }
  return { type: "string", ...collector.finish(), validity };
}

/** One dictionary for several columns, and for each column its codes in it. */
export function unifyDictionaries(columns: readonly DictionaryColumn[]): {
  codes: Int32Array;
  dictionary: string[];
} {
  const known = new Map<string, number>();
  const dictionary: string[] = [];
  const codes = new Int32Array(columns.reduce((rows, column) => rows + columnRows(column), 0));
  let position = 0;
  for (const column of columns) {
    const translation = column.dictionary.map((text) => {
      const code = known.get(text) ?? dictionary.length;
      if (code === dictionary.length) {
        known.set(text, code);
        dictionary.push(text);
      }
      return code;
    });
    for (const code of column.codes) codes[position++] = translation[code] ?? 0;
  }
  return { codes, dictionary };
}
