import { type Authorize, coreError, type Principal } from "@millwright/core";
import type { Operation } from "../operations/operation.js";
import type { RunStore } from "../runs/run-store.js";

/**
 * Asks whether a caller may apply operations: once for each run, with its experiment and actor as they are stored, or as the operation
 * says that begins it. Without operations it is asked once, for no run.
 *
 * @throws {MillwrightError} `PERMISSION_DENIED`
 */
export async function demandRuns(
  runs: RunStore,
  authorize: Authorize,
  caller: Principal,
  operations: readonly Operation[],
  signal: AbortSignal,
): Promise<void> {
  const demand = async (name?: string, attributes?: Record<string, string>): Promise<void> => {
    const { namespaceName: namespace } = runs.storage;
    const resource = { kind: "run", namespace, name, attributes };
    // The reason is for the audit log: it could tell a stranger what exists.
    if (!(await authorize(caller, "run.write", resource)).allowed)
      throw coreError("PERMISSION_DENIED", `${caller.id} may not write ${name ?? "here"}`);
  };
  if (operations.length === 0) return demand();
  const ids = [...new Set(operations.map(({ run }) => run))];
  const stored = await runs.getMany(ids, { signal });
  for (const id of ids) {
    // Of several that begin a run the first counts, as it does for who applies them.
    const begin = operations.find(({ kind, run }) => kind === "create" && run === id);
    const source = stored.get(id)?.value ?? (begin?.kind === "create" ? begin : undefined);
    const { experiment, actor } = source ?? {};
    await demand(id, {
      ...(experiment === undefined ? {} : { experiment }),
      ...(actor === undefined ? {} : { actor }),
    });
  }
}
