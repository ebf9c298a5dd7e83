/** A reproducible stream of random numbers. Record the seed with every result that depends on one. */
export interface Random {
  readonly seed: number;
  /** Uniform in [0, 1), with 53 random bits. */
  next(): number;
  /** A uniform whole number in [0, bound). */
  integer(bound: number): number;
  /** Standard normal, by the Marsaglia polar method. */
  normal(): number;
}

/**
 * xoshiro128** (Blackman and Vigna, 2018), its state filled from the seed by SplitMix32. Equal seeds give equal
 * streams on every platform. Not for secrets.
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fill = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill()];
  const next32 = (): number => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return scrambled;
  };
  const next = (): number => ((next32() >>> 5) * 67_108_864 + (next32() >>> 6)) / 9_007_199_254_740_992;
  return {
    seed,
    next,
    integer: (bound) => Math.floor(next() * bound),
    normal() {
      for (;;) {
        const x = 2 * next() - 1;
        const y = 2 * next() - 1;
        const radius = x * x + y * y;
        if (radius > 0 && radius < 1) return x * Math.sqrt((-2 * Math.log(radius)) / radius);
      }
    },
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
