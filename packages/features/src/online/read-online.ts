import { type CallOptions, type Key, type KvEntry, type KvStore, kvLimits } from "@millwright/core";
import { type EntityKey, parseKey } from "../definitions/entity.js";
import type { FeatureView } from "../definitions/feature-view.js";
import { invalidArgument } from "../errors.js";
import type { SelectedView } from "../store/selection.js";
import type { FoundView } from "./online-features.js";
import { assertFits, onlineKey } from "./online-rows.js";
import { decodeRow } from "./row-codec.js";

/**
 * The rows of entities in the online store, view by view. Each thousand keys are read at once.
 *
 * @throws {MillwrightError} `INVALID_ARGUMENT` with the path of a join key that is missing or malformed, before anything is read
 */
export async function readOnline(
  online: KvStore,
  entities: readonly unknown[],
  selected: readonly SelectedView[],
  options: CallOptions,
): Promise<FoundView[]> {
  const keysOfViews = selected.map(({ view }) =>
    entities.map((row, index) => keyOf(view, row, `entities[${index}]`)),
  );
  const keys = keysOfViews.flat().filter((key) => key !== undefined);
  const entries = (await readChunks(online, keys, options)).values();
  return selected.map(({ view, features }, index) => {
    const found = keysOfViews[index]!.map((key, row) => {
      const entry = key === undefined ? undefined : entries.next().value;
      if (entry === undefined) return undefined;
      const decoded = decodeRow(entry.value, `the online row of ${view.name} for entities[${row}]`);
      for (const feature of features)
        if (Object.hasOwn(decoded.values, feature)) assertFits(view, feature, decoded.values[feature]!);
      return decoded;
    });
    return { view, features, found };
  });
}

/** `undefined` if a join key is null, which matches nothing. */
function keyOf(view: FeatureView, row: unknown, path: string): Key | undefined {
  if (typeof row !== "object" || row === null)
    throw invalidArgument(path, "an entity row is an object with its join keys");
  const keys: EntityKey[] = [];
  for (const entity of view.entities) {
    const key = parseKey(entity, (row as Record<string, unknown>)[entity.name], `${path}.${entity.name}`);
    if (key !== null) keys.push(key);
  }
  return keys.length < view.entities.length ? undefined : onlineKey(view, keys, path);
}

async function readChunks(
  online: KvStore,
  keys: readonly Key[],
  options: CallOptions,
): Promise<(KvEntry | undefined)[]> {
  const chunks: Promise<(KvEntry | undefined)[]>[] = [];
  for (let start = 0; start < keys.length; start += kvLimits.readKeys)
    chunks.push(online.getMany(keys.slice(start, start + kvLimits.readKeys), options));
  return (await Promise.all(chunks)).flat();
}
