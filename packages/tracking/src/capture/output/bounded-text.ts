/** A piece of captured output. */
export interface OutputText {
  readonly stream: "stdout" | "stderr";
  /** Whole lines, unless a line is longer than 64 KiB or the capture ends. */
  readonly text: string;
}

/** Passes on the beginning of a text and keeps its end. */
export interface BoundedText {
  add(stream: OutputText["stream"], text: string): void;
  /** Says how much was left out, and gives the end. */
  end(): void;
}

interface Kept {
  readonly stream: OutputText["stream"];
  readonly bytes: Uint8Array;
}

/** Gives `give` the first half of `limit` bytes at once, and the last half at the end. Characters are never cut. */
export function boundedText(limit: number, give: (output: OutputText) => void): BoundedText {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let headLeft = Math.floor(limit / 2);
  const tailLimit = limit - headLeft;
  let tail: Kept[] = [];
  /** Where the tail begins in its array. */
  let first = 0;
  let tailBytes = 0;
  let leftOut = 0;

  function keep(stream: OutputText["stream"], bytes: Uint8Array): void {
    tail.push({ stream, bytes });
    tailBytes += bytes.length;
    while (tailBytes > tailLimit) {
      const oldest = tail[first]!;
      // Copied, so that what was dropped is not kept in memory.
      const rest = oldest.bytes.slice(characterFrom(oldest.bytes, tailBytes - tailLimit));
      const dropped = oldest.bytes.length - rest.length;
      tailBytes -= dropped;
      leftOut += dropped;
      if (rest.length > 0) tail[first] = { stream: oldest.stream, bytes: rest };
      else first++;
    }
    if (first < 1_000 || first < tail.length / 2) return;
    tail = tail.slice(first);
    first = 0;
  }

  return {
    add(stream, text) {
      if (text === "") return;
      const bytes = encoder.encode(text);
      if (bytes.length <= headLeft) {
        headLeft -= bytes.length;
        give({ stream, text });
        return;
      }
      const cut = characterUntil(bytes, headLeft);
      // The head ends here, also if a shorter text would find place in what is left of it.
      headLeft = 0;
      keep(stream, bytes.subarray(cut));
      if (cut > 0) give({ stream, text: decoder.decode(bytes.subarray(0, cut)) });
    },
    end() {
      const rest = tail.slice(first);
      tail = [];
      first = 0;
      if (leftOut > 0)
        give({ stream: rest[0]?.stream ?? "stdout", text: `\n[… ${leftOut} bytes of output left out …]\n` });
      for (const { stream, bytes } of rest) give({ stream, text: decoder.decode(bytes) });
    },
  };
}

/** The first place from `index` on where a character of UTF-8 begins. */
function characterFrom(bytes: Uint8Array, index: number): number {
  let place = index;
  while (place < bytes.length && isContinuation(bytes[place]!)) place++;
  return place;
}

/** The last place up to `index` where a character of UTF-8 begins or the text ends. */
function characterUntil(bytes: Uint8Array, index: number): number {
  let place = index;
  while (place > 0 && place < bytes.length && isContinuation(bytes[place]!)) place--;
  return place;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
