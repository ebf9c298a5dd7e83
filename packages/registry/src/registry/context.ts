import type { Authorize, Clock, FormatGuard, Principal, RecordStore, Storage } from "@millwright/core";
import { registryError } from "../errors.js";
import type { modelRecord } from "../models/model-record.js";
import type { versionRecord } from "../versions/version-record.js";

/** What the parts of a registry share. */
export interface RegistryContext {
  readonly storage: Storage;
  readonly models: RecordStore<typeof modelRecord>;
  readonly versions: RecordStore<typeof versionRecord>;
  readonly format: FormatGuard;
  readonly clock: Clock;
  readonly actor: Principal;
  readonly authorize: Authorize;
}

/** @throws {MillwrightError} `PERMISSION_DENIED` with the reason of the policy */
export async function assertAllowed(context: RegistryContext, action: string, name: string): Promise<void> {
  const resource = { kind: "model", namespace: context.storage.namespaceName, name };
  const decision = await context.authorize(context.actor, action, resource);
  if (decision.allowed) return;
  throw registryError(
    "PERMISSION_DENIED",
    `${context.actor.id} may not do ${action} on ${name}: ${decision.reason}`,
    {
      details: { action, name },
    },
  );
}
