/** Who does something: a person, a service, or nobody known. */
export interface Principal {
  readonly id: string;
  readonly kind: "user" | "service" | "anonymous";
  readonly roles: readonly string[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** What is acted on. `kind` is the noun (`"model"`, `"run"`, `"storage"`), `namespace` the tenant's. */
export interface Resource {
  readonly kind: string;
  readonly namespace: string;
  readonly name?: string | undefined;
  readonly attributes?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** The answer to one question of permission; `reason` is for people and for the audit log. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

/**
 * The one question that every package asks before it acts. `action` is a verb with its noun, such as
 * `"model.promote"` or `"storage.read"`.
 */
export type Authorize = (
  principal: Principal,
  action: string,
  resource: Resource,
) => Decision | Promise<Decision>;

/** Allows everybody everything: the default of a library that runs inside the application's own process. */
export const allowAll: Authorize = () => ({ allowed: true, reason: "no policy is set" });

/** The principal of calls that named none. */
export const anonymous: Principal = Object.freeze({
  id: "anonymous",
  kind: "anonymous",
  roles: [],
  attributes: {},
});
