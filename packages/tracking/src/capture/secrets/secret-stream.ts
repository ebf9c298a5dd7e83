import { findSecrets } from "./find-secrets.js";
import { replaceSecrets } from "./replace-secrets.js";

/** Masks a text that arrives in pieces, wherever they are cut. */
export interface SecretStream {
  /** Takes a piece and gives what can be said by now: whole lines. */
  push(piece: string): string;
  /** Gives the rest. */
  flush(): string;
}

/** A line that is longer is given in parts; a secret that is longer may be seen in part. In UTF-16 units. */
const longestLine = 65_536;

/** What is kept of a long line, so that a secret that has begun is seen whole. */
const overlap = 8_192;

const keyBegin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const keyEnd = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;

/** A stream of text whose secrets are masked; `values` are secret besides what looks like it. */
export function secretStream(values: readonly string[]): SecretStream {
  let pending = "";
  /** Inside of a private key, whose end has not come. */
  let inKey = false;

  function give(cut: number): string {
    const text = pending.slice(0, cut);
    pending = pending.slice(cut);
    let rest = text;
    let given = "";
    if (inKey) {
      const end = keyEnd.exec(rest);
      if (end === null) return "";
      inKey = false;
      given = end[0];
      rest = rest.slice(end.index + end[0].length);
    }
    inKey = beginsKey(rest);
    return given + replaceSecrets(rest, findSecrets(rest, values));
  }

  function cutOfLongLine(): number {
    let cut = pending.length - overlap;
    // From the last to the first: a secret that is cut off takes those along that lie in its words.
    for (const { context, end } of findSecrets(pending, values).reverse())
      if (context < cut && end > cut) cut = context;
    return cut > 0 ? cut : pending.length;
  }

  return {
    push(piece) {
      // What is pending has no end of a line; to look again for each piece would take long, if a line is written in small ones.
      const lines = Math.max(piece.lastIndexOf("\n"), piece.lastIndexOf("\r")) + 1;
      const before = pending.length;
      pending += piece;
      if (lines > 0) return give(before + lines);
      return pending.length > longestLine ? give(cutOfLongLine()) : "";
    },
    flush: () => give(pending.length),
  };
}

/** Whether a private key begins in the text and does not end there. */
function beginsKey(text: string): boolean {
  const last = [...text.matchAll(keyBegin)].at(-1);
  return last !== undefined && !keyEnd.test(text.slice(last.index + last[0].length));
}
