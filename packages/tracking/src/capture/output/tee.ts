/** What the capture uses of a writable stream. */
export interface OutputStream {
  write: (...values: unknown[]) => unknown;
}

/** Takes what was written, with the encoding of a text. */
export type OutputTap = (chunk: unknown, encoding: unknown) => void;

interface Tee {
  readonly below: OutputStream["write"];
  /** As the stream had it: `undefined` if its class did. */
  readonly property: PropertyDescriptor | undefined;
  open: boolean;
}

/** Carries the {@link Tee} of a `write`; the same in all copies of this package. */
const teeMark = Symbol.for("millwright.tee");

type Write = OutputStream["write"] & { readonly [teeMark]?: Tee };

/** Shows what is written to a stream to `tap`, after it was written. Gives what ends that. */
export function teeStream(stream: OutputStream, tap: OutputTap): () => void {
  const below = stream.write;
  const tee: Tee = { below, property: Object.getOwnPropertyDescriptor(stream, "write"), open: true };
  const write = function write(this: unknown, ...values: unknown[]): unknown {
    const result = Reflect.apply(below, this, values);
    if (tee.open) tap(values[0], values[1]);
    return result;
  };
  put(stream, Object.assign(write, { [teeMark]: tee }));
  return () => {
    tee.open = false;
    // One that was put over it by somebody else stays, and calls this one, which passes everything on.
    for (let top = teeOf(stream); top !== undefined && !top.open; top = teeOf(stream)) restore(stream, top);
  };
}

function teeOf(stream: OutputStream): Tee | undefined {
  return (stream.write as Write)[teeMark];
}

function put(stream: OutputStream, write: OutputStream["write"]): void {
  Object.defineProperty(stream, "write", {
    value: write,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

function restore(stream: OutputStream, { property }: Tee): void {
  if (property === undefined) Reflect.deleteProperty(stream, "write");
  else Object.defineProperty(stream, "write", property);
}
