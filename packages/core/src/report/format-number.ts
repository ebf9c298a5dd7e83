export interface FormatNumberOptions {
  /** Significant digits of a number that is not whole. Default: 4. */
  readonly digits?: number | undefined;
}

/**
 * A number for people, the same on every page and in every locale: whole numbers in full with commas, others to four
 * significant digits, very large and very small ones with an exponent, a true minus sign.
 *
 * @example
 * ```ts
 * import { formatNumber } from "@millwright/core/report";
 *
 * formatNumber(1234567); // "1,234,567"
 * formatNumber(0.123456); // "0.1235"
 * formatNumber(2.77e-22); // "2.77e−22"
 * ```
 */
export function formatNumber(value: number, options: FormatNumberOptions = {}): string {
  const digits = options.digits ?? 4;
  if (Number.isNaN(value)) return "NaN";
  const magnitude = Math.abs(value);
  const sign = value < 0 ? "−" : "";
  if (magnitude === Infinity) return `${sign}∞`;
  if (Number.isInteger(value) && magnitude < 1e15) return sign + grouped(String(magnitude));
  if (magnitude >= 1e15 || magnitude < 1e-4) {
    const [mantissa, exponent] = magnitude.toExponential(Math.min(2, digits - 1)).split("e");
    return `${sign}${trimmed(mantissa!)}e${exponent!.replace("+", "").replace("-", "−")}`;
  }
  // toPrecision would fall back to an exponent here.
  if (magnitude >= 10 ** (digits - 1)) return sign + grouped(magnitude.toFixed(0));
  const decimal = trimmed(magnitude.toPrecision(digits));
  return sign + (decimal.includes(".") ? decimal : grouped(decimal));
}

/** A share in [0, 1] as a percentage: `formatShare(0.1234)` is "12.3 %". */
export function formatShare(share: number): string {
  const percent = share * 100;
  const digits = Math.abs(percent) < 0.995 ? 2 : 3;
  return `${formatNumber(Number(percent.toPrecision(digits)))} %`;
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ",");
}

function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
