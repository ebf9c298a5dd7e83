/** Buffers of one size that are used again: new ones cost page faults and collections of garbage. */
export interface BufferPool {
  /** A buffer with anything in it. */
  take(): Buffer;
  /** Takes back a buffer that is used no more. */
  give(buffer: Buffer): void;
}

/** A pool that keeps at most `kept` buffers for later. Default: 4. */
export function createBufferPool(bytes: number, kept = 4): BufferPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(bytes),
    give(buffer) {
      if (free.length < kept) free.push(buffer);
    },
  };
}
