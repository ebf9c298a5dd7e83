import { z } from "zod";

/** An application for a loan, as a caller sends it. The model takes an unknown text as "". */
export const Application = z.object({
  age: z.int(),
  income: z.number().nullable(),
  loan_amount: z.number(),
  term_months: z.int(),
  debt_ratio: z.number(),
  months_employed: z.int(),
  late_payments: z.int(),
  employment: z
    .string()
    .nullable()
    .transform((text) => text ?? ""),
  region: z.string(),
  housing: z.string(),
  purpose: z.string(),
});

/** What the model says: 1 is a default, and the probabilities of 0 and 1. */
export const Decision = z.object({ label: z.int(), probabilities: z.tuple([z.number(), z.number()]) });

export type Application = z.input<typeof Application>;
