import type * as z from "zod";
import type { Entity } from "../definitions/entity.js";
import type { FeatureName, FeatureView } from "../definitions/feature-view.js";
import { featuresError, invalidArgument } from "../errors.js";

/** Features by view: `{ spending: ["total30d"] }`. */
export type FeatureSelection<Views extends readonly FeatureView[]> = {
  readonly [View in Views[number] as View["name"]]?: readonly FeatureName<View>[] | undefined;
};

/** Makes a view that the store does not have an error that names it. */
export type OnlyKnownViews<Views extends readonly FeatureView[], Selected> = {
  readonly [Name in Exclude<keyof Selected, Views[number]["name"]>]: never;
};

/** The view of a name. */
export type ViewNamed<Views extends readonly FeatureView[], Name> = Extract<
  Views[number],
  { readonly name: Name }
>;

/** The join keys that the selected views need, by entity. `null` is known to be empty and matches nothing. */
export type EntityKeys<Views extends readonly FeatureView[], Selected> = {
  readonly [Key in ViewNamed<Views, keyof Selected>["entities"][number] as Key["name"]]: z.core.input<
    Key["key"]
  > | null;
};

/** Something of each selected feature, by view and feature. */
type NamesIn<Selected, View extends keyof Selected> = Selected[View] extends readonly (infer Name)[]
  ? Name & string
  : never;

/** The values of one entity row: `row.spending.total30d`. */
export type SelectedValues<Views extends readonly FeatureView[], Selected> = {
  readonly [View in keyof Selected & string]: {
    readonly [Name in NamesIn<Selected, View>]:
      | z.core.output<ViewNamed<Views, View>["schema"]>[Name &
          keyof z.core.output<ViewNamed<Views, View>["schema"]>]
      | undefined;
  };
};

/** One thing for each selected feature. */
export type PerFeature<Selected, Thing> = {
  readonly [View in keyof Selected & string]: { readonly [Name in NamesIn<Selected, View>]: Thing };
};

/** One thing for each selected view. */
export type PerView<Selected, Thing> = { readonly [View in keyof Selected & string]: Thing };

/** A view with the names of the features that are wanted of it. */
export interface SelectedView {
  readonly view: FeatureView;
  readonly features: readonly string[];
}

/**
 * What a selection means, for callers whom no compiler has checked.
 *
 * @throws {MillwrightError} `VIEW_NOT_FOUND`, `FEATURE_NOT_FOUND`, `INVALID_ARGUMENT`
 */
export function resolveSelection(views: ReadonlyMap<string, FeatureView>, select: unknown): SelectedView[] {
  if (typeof select !== "object" || select === null)
    throw invalidArgument("select", 'give the features by view, as { spending: ["total30d"] }');
  const selected: SelectedView[] = [];
  for (const [name, features] of Object.entries(select)) {
    const view = views.get(name);
    if (view === undefined) throw viewNotFound(views, name, `select.${name}`);
    if (features === undefined) continue;
    if (!Array.isArray(features))
      throw invalidArgument(`select.${name}`, "give an array of names of features");
    for (const [index, feature] of features.entries()) {
      const path = `select.${name}[${index}]`;
      if (!view.features.has(feature)) {
        const known = [...view.features.keys()].join(", ");
        throw featuresError(
          "FEATURE_NOT_FOUND",
          `${path}: the view ${name} has no feature ${String(feature)}; it has ${known}`,
          {
            details: { path, view: name, feature: String(feature) },
          },
        );
      }
      if (features.indexOf(feature) !== index) throw invalidArgument(path, `${feature} is selected twice`);
    }
    if (features.length > 0) selected.push({ view, features });
  }
  if (selected.length === 0) throw invalidArgument("select", "select at least one feature");
  return selected;
}

/** The entities of the selected views, each once. */
export function entitiesOf(selected: readonly SelectedView[]): Entity[] {
  return [...new Set(selected.flatMap(({ view }) => view.entities))];
}

/** The error for a name that is no view of the store. */
export function viewNotFound(views: ReadonlyMap<string, FeatureView>, name: unknown, path: string): Error {
  const known = [...views.keys()].join(", ");
  return featuresError(
    "VIEW_NOT_FOUND",
    `${path}: the store has no view ${String(name)}; it was made with ${known}`,
    {
      details: { path, view: String(name) },
    },
  );
}
