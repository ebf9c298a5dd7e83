/** How many kills a test makes, and from which seed: `MILLWRIGHT_KILLS` and `MILLWRIGHT_SEED`, else its default and a new one. */
export function killSettings(defaultKills: number): { kills: number; seed: number } {
  const kills = Number(process.env.MILLWRIGHT_KILLS ?? defaultKills);
  const seed = Number(process.env.MILLWRIGHT_SEED ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(kills) || kills < 1)
    throw new Error("MILLWRIGHT_KILLS must be a whole number from 1");
  if (!Number.isSafeInteger(seed)) throw new Error("MILLWRIGHT_SEED must be a whole number");
  return { kills, seed };
}
