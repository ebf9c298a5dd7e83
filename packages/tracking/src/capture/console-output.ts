import { coreError, hostModule } from "@millwright/core";
import { invalidArgument } from "../errors.js";
import { answerOf, currentHost } from "./host.js";
import { type MaskSecretsOptions, secretsOf } from "./mask-secrets.js";
import { boundedText, type OutputText } from "./output/bounded-text.js";
import { outputDecoder } from "./output/decoder.js";
import { type OutputStream, teeStream } from "./output/tee.js";
import { secretStream } from "./secrets/secret-stream.js";

/** What is captured, and where it goes. */
export interface CaptureOutputOptions extends MaskSecretsOptions {
  /** Takes the output, on the stack of the `write` that made it. What it throws is dropped; what it writes itself is not captured. */
  readonly onText: (output: OutputText) => void;
  /** How many bytes of UTF-8 are kept of both streams together. Default: 1 MiB (1,048,576). */
  readonly limitBytes?: number | undefined;
  /** Whether secrets are masked, as `maskSecrets` does. Default: true. */
  readonly mask?: boolean | undefined;
}

/** Captures until it is closed. */
export interface OutputCapture extends AsyncDisposable {
  /** Restores the streams and gives what was kept back, all before it returns: for the end of a process it need not be awaited. */
  close(): Promise<void>;
}

/**
 * Captures what this process writes to `process.stdout` and `process.stderr`, as `console` does, from now on. The program sees no difference:
 * arguments, callbacks, return values and errors of `write` stay what they are, and so does the output.
 *
 * The first half of `limitBytes` is given as it comes, line by line. Of the rest the last half is kept, and given by `close`, after a
 * line that says how much was left out. Captures may be nested and closed in any order. Not seen is what does not go through `write`: native
 * code, and child processes that inherit the streams.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT`; `UNSUPPORTED` on a host without these streams, such as a browser
 * @example
 * ```ts
 * import { captureOutput } from "@millwright/tracking/capture";
 *
 * const lines: string[] = [];
 * const capture = captureOutput({ onText: ({ text }) => lines.push(text) });
 * console.log("epoch 1");
 * await capture.close();
 * console.log(lines); // [ "epoch 1\n" ]
 * ```
 */
export function captureOutput(options: CaptureOutputOptions): OutputCapture {
  const { onText, limitBytes = 1_048_576, mask = true } = options;
  if (typeof onText !== "function") throw invalidArgument("onText", "must be a function");
  if (!Number.isSafeInteger(limitBytes) || limitBytes < 2)
    throw invalidArgument("limitBytes", "must be a whole number of bytes, at least 2");
  const process = hostModule<Partial<Record<OutputText["stream"], OutputStream>>>("node:process");
  const streams = (["stdout", "stderr"] as const).map((name) => ({ name, stream: process?.[name] }));
  if (currentHost() === undefined || streams.some(({ stream }) => stream === undefined))
    throw coreError(
      "UNSUPPORTED",
      "this host has no stdout and stderr; leave out the capture of output here",
    );

  const secrets = mask ? secretsOf(options) : [];
  const bounded = boundedText(limitBytes, (output) => void answerOf(() => onText(output)));
  let busy = false;
  /** The program never sees an error of the capture, and output that is written meanwhile is not captured. */
  const quietly = (work: () => void): void => {
    if (busy) return;
    busy = true;
    answerOf(work);
    busy = false;
  };
  const taps = streams.map(({ name, stream }) => {
    const decoder = outputDecoder();
    const masked = mask ? secretStream(secrets) : undefined;
    const restore = teeStream(stream!, (chunk, encoding) =>
      quietly(() => {
        const text = decoder.push(chunk, encoding);
        bounded.add(name, masked === undefined ? text : masked.push(text));
      }),
    );
    const finish = (): void => {
      const text = decoder.flush();
      bounded.add(name, masked === undefined ? text : masked.push(text) + masked.flush());
    };
    return { restore, finish };
  });
  let open = true;
  const capture: OutputCapture = {
    async close() {
      if (!open) return;
      open = false;
      for (const { restore } of taps) restore();
      for (const { finish } of taps) answerOf(finish);
      bounded.end();
    },
    [Symbol.asyncDispose]: () => capture.close(),
  };
  return capture;
}
