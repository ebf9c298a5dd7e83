import { hostModule } from "@millwright/core";

/** Turns what is written to a stream into text. */
export interface OutputDecoder {
  push(chunk: unknown, encoding: unknown): string;
  /** What is left of a character that was written in part. */
  flush(): string;
}

interface Buffers {
  readonly Buffer: { from(text: string, encoding: string): Uint8Array };
}

/** A decoder of the chunks of one stream: texts, which may have an encoding, and bytes of UTF-8, cut anywhere. */
export function outputDecoder(): OutputDecoder {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const isPlain = (encoding: unknown): boolean =>
    typeof encoding !== "string" || encoding === "buffer" || /^utf-?8$/i.test(encoding);
  return {
    push(chunk, encoding) {
      if (typeof chunk === "string") {
        if (isPlain(encoding)) return decoder.decode() + chunk;
        const bytes = hostModule<Buffers>("node:buffer")?.Buffer.from(chunk, encoding as string);
        return bytes === undefined ? "" : decoder.decode(bytes, { stream: true });
      }
      return ArrayBuffer.isView(chunk) ? decoder.decode(chunk as Uint8Array, { stream: true }) : "";
    },
    flush: () => decoder.decode(),
  };
}
