/** A quantile, between two values where it falls between them. */
export function quantile(values: ArrayLike<number>, fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * fraction;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** The middle one. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Such as `1.3M/s`, `85.2k/s`, `120/s`. */
export function rateText(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)}M/s`;
  if (perSecond >= 1_000) return `${(perSecond / 1_000).toFixed(1)}k/s`;
  return `${perSecond.toFixed(0)}/s`;
}

/** Such as `0.42 µs`, `3.1 ms`, `12 s`, of microseconds. */
export function timeText(microseconds: number): string {
  if (microseconds >= 1e6) return `${significant(microseconds / 1e6)} s`;
  if (microseconds >= 1_000) return `${significant(microseconds / 1_000)} ms`;
  return `${significant(microseconds)} µs`;
}

/** Such as `1.4 ×`, `6,200 ×`. */
export function ratioText(ratio: number): string {
  return ratio >= 100
    ? `${Number(ratio.toPrecision(2)).toLocaleString("en")} ×`
    : `${ratio.toFixed(ratio < 10 ? 2 : 1)} ×`;
}

export function countText(count: number): string {
  return count.toLocaleString("en");
}

function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
