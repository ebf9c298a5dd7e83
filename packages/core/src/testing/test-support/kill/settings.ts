const totalByDefault = 200;

/**
 * How many kills a test makes, as its share of the total (`MILLWRIGHT_TEST_KILLS`, default 200), and from which seed
 * (`MILLWRIGHT_TEST_SEED`, default a new one).
 */
export function killSettings(share: number): { kills: number; seed: number } {
  const total = Number(process.env.MILLWRIGHT_TEST_KILLS ?? totalByDefault);
  const seed = Number(process.env.MILLWRIGHT_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(total) || total < 1)
    throw new Error("MILLWRIGHT_TEST_KILLS must be a whole number from 1");
  if (!Number.isSafeInteger(seed)) throw new Error("MILLWRIGHT_TEST_SEED must be a whole number");
  return { kills: Math.ceil(total * share), seed };
}
