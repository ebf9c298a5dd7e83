import { batchFromColumns, columnFrom } from "@millwright/core/columns";
import { expect, test } from "vitest";
import { compareSamples } from "../drift/compare-samples.js";
import { renderHtml } from "./render-html.js";

const rows = 300;
const ramp = (shift: number) =>
  columnFrom(
    "float64",
    Array.from({ length: rows }, (_, row) => row + shift),
  );
const hostile = '<img src=x onerror="alert(1)">';
const reference = batchFromColumns({
  stable: ramp(0),
  moved: ramp(0),
  [hostile]: columnFrom(
    "string",
    Array.from({ length: rows }, () => hostile),
  ),
});
const current = batchFromColumns({
  stable: ramp(0),
  moved: ramp(150),
  [hostile]: columnFrom(
    "string",
    Array.from({ length: rows }, () => `${hostile}!`),
  ),
});
const page = renderHtml(compareSamples(reference, current), { title: "Credit <model>" });

test("leads with what changed, and puts it first", () => {
  expect(page).toContain("2 of 3 features have changed: moved,");
  expect(page.indexOf(">moved<")).toBeLessThan(page.lastIndexOf(">stable<"));
});

test("needs nothing from outside and runs nothing", () => {
  expect(page).not.toMatch(/<script|<link|<img|<iframe|url\(|<[a-z]+[^>"]*("[^"]*"[^>"]*)*\son\w+=/i);
  expect(page).not.toMatch(/(src|href)="?https?:/i);
});

test("escapes names and categories", () => {
  expect(page).not.toContain(hostile);
  expect(page).toContain("Credit &lt;model&gt;");
});

test("draws a picture for each feature", () => {
  expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(3);
});

test("says when there are too few rows", () => {
  const few = batchFromColumns({ moved: columnFrom("float64", [1]) });
  expect(renderHtml(compareSamples(reference, few, { columns: ["moved"] }))).toContain("1 rows are too few");
  expect(renderHtml(compareSamples(reference, batchFromColumns({})))).toContain(
    "3 of 3 features could not be compared",
  );
});
