/** A row of entities, for the oracle. */
export interface PlainEntity {
  readonly keys: readonly unknown[];
  readonly time: number | null;
}

/** A row of a view, for the oracle. */
export interface PlainFeature extends PlainEntity {
  /** `undefined`: the view declares none. */
  readonly created: number | null | undefined;
}

/** The contract, written as slowly and plainly as possible: the index of the winning row for each entity, or −1. */
export function oracle(
  entities: readonly PlainEntity[],
  features: readonly PlainFeature[],
  { ttl = 0, strictlyBefore = false, asOfKnowledge = false },
): number[] {
  return entities.map(({ keys, time }) => {
    let best = -1;
    for (const [index, row] of features.entries()) {
      if (time === null || row.time === null) continue;
      if (!keys.every((key, at) => key !== null && key === row.keys[at])) continue;
      if (row.time > time || (strictlyBefore && row.time === time)) continue;
      if (asOfKnowledge && row.created !== undefined && (row.created === null || row.created > time)) continue;
      if (ttl !== 0 && row.time < time - ttl) continue;
      if (best === -1) best = index;
      const other = features[best]!;
      const byTime = row.time - other.time!;
      const byCreated = rank(row.created) === rank(other.created) ? 0 : rank(row.created) - rank(other.created);
      if (byTime > 0 || (byTime === 0 && byCreated >= 0)) best = index;
    }
    return best;
  });
}

function rank(created: number | null | undefined): number {
  return created ?? Number.NEGATIVE_INFINITY;
}
