import * as z from "zod";

/**
 * A number that may be NaN or infinite, which `z.number()` refuses. It becomes a float64 column.
 *
 * @example
 * ```ts
 * import { float64 } from "@millwright/core/zod";
 * import { z } from "zod";
 *
 * const Reading = z.object({ sensor: z.string(), value: float64() });
 * Reading.parse({ sensor: "a", value: Number.NaN });
 * ```
 */
export function float64(): z.ZodUnion<readonly [z.ZodNumber, z.ZodNaN, z.ZodLiteral<number>]> {
  return z.union([z.number(), z.nan(), z.literal([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])]);
}

/** Integer types that zod has no format for, and their bounds. */
export const smallIntegers = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  uint8: [0, 255],
  uint16: [0, 65_535],
} as const;

/** The name of an integer type of 8 or 16 bits. */
export type SmallInteger = keyof typeof smallIntegers;

/**
 * A whole number of 8 bits with sign. It becomes an int8 column; `z.int()` with the same bounds stays int64.
 *
 * @example
 * ```ts
 * import { int8 } from "@millwright/core/zod";
 *
 * int8().parse(-128);
 * ```
 */
export function int8(): z.ZodInt {
  return smallInteger("int8");
}

/**
 * A whole number of 16 bits with sign. It becomes an int16 column.
 *
 * @example
 * ```ts
 * import { int16 } from "@millwright/core/zod";
 *
 * int16().parse(-32_768);
 * ```
 */
export function int16(): z.ZodInt {
  return smallInteger("int16");
}

/**
 * A whole number of 8 bits without sign. It becomes a uint8 column.
 *
 * @example
 * ```ts
 * import { uint8 } from "@millwright/core/zod";
 *
 * uint8().parse(255);
 * ```
 */
export function uint8(): z.ZodInt {
  return smallInteger("uint8");
}

/**
 * A whole number of 16 bits without sign. It becomes a uint16 column.
 *
 * @example
 * ```ts
 * import { uint16 } from "@millwright/core/zod";
 *
 * uint16().parse(65_535);
 * ```
 */
export function uint16(): z.ZodInt {
  return smallInteger("uint16");
}

/** A check that always passes carries the type, since a schema that is refined further keeps its checks. */
export function smallInteger(columnType: SmallInteger): z.ZodInt {
  const [minimum, maximum] = smallIntegers[columnType];
  const mark: z.core.$ZodCustomParams & { columnType: SmallInteger } = { columnType };
  return z
    .int()
    .min(minimum)
    .max(maximum)
    .check(z.refine(() => true, mark));
}

/** The type that {@link smallInteger} has left among the checks of a schema. */
export function markedInteger(checks: readonly z.core.$ZodCheck[]): SmallInteger | undefined {
  for (const check of checks) {
    const { columnType } = check._zod.def as { columnType?: unknown };
    if (typeof columnType === "string" && Object.hasOwn(smallIntegers, columnType))
      return columnType as SmallInteger;
  }
  return undefined;
}
