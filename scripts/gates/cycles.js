import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../process/repository.js";
import { committableFiles, packageSource } from "./source/files.js";
import { importsOf } from "./source/imports.js";

/** @type {import("./gate.js").Gate} */
export const gate = {
  name: "cycles",
  remedy: "move what both files need into a third one; a type-only cycle is a cycle too",
  run: async () => {
    const cycles = findCycles(importGraph(root, committableFiles(root, packageSource)));
    return { problems: cycles.map((cycle) => cycle.join(" → ")) };
  },
};

/**
 * Which file imports which. An import at run time (`import("…")`) waits until both files are loaded, so it
 * makes no cycle.
 * @param {string} folder
 * @param {readonly string[]} files
 * @returns {Map<string, string[]>}
 */
export function importGraph(folder, files) {
  const known = new Set(files);
  return new Map(
    files.map((path) => {
      const targets = importsOf(path, readFileSync(join(folder, path), "utf8"))
        .filter(({ specifier, dynamic }) => !dynamic && specifier.startsWith("."))
        .map(({ specifier }) => posix.join(posix.dirname(path), specifier.replace(/\.js$/, ".ts")))
        .filter((target) => known.has(target));
      return [path, [...new Set(targets)]];
    }),
  );
}

/**
 * One cycle for each strongly connected component (Tarjan), as the shortest way round from its first file.
 * @param {Map<string, string[]>} graph
 * @returns {string[][]}
 */
export function findCycles(graph) {
  return components(graph)
    .filter((members) => members.length > 1 || graph.get(members[0] ?? "")?.includes(members[0] ?? ""))
    .map((members) => shortestCycle(graph, [...members].sort()))
    .sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? ""));
}

/** @returns {string[][]} */
function components(/** @type {Map<string, string[]>} */ graph) {
  /** @type {Map<string, { index: number, low: number, onStack: boolean }>} */
  const states = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {string[][]} */
  const found = [];
  const visit = (/** @type {string} */ node) => {
    const state = { index: states.size, low: states.size, onStack: true };
    states.set(node, state);
    stack.push(node);
    for (const target of graph.get(node) ?? []) {
      const other = states.get(target);
      if (other === undefined) state.low = Math.min(state.low, visit(target));
      else if (other.onStack) state.low = Math.min(state.low, other.index);
    }
    if (state.low === state.index) {
      const members = stack.splice(stack.indexOf(node));
      for (const member of members) {
        const other = states.get(member);
        if (other !== undefined) other.onStack = false;
      }
      found.push(members);
    }
    return state.low;
  };
  for (const node of graph.keys()) if (!states.has(node)) visit(node);
  return found;
}

/**
 * @param {Map<string, string[]>} graph
 * @param {readonly string[]} members of one component
 */
function shortestCycle(graph, members) {
  const start = members[0] ?? "";
  const inside = new Set(members);
  /** @type {string[][]} */
  const paths = [[start]];
  const seen = new Set();
  for (const path of paths) {
    for (const target of graph.get(path.at(-1) ?? "") ?? []) {
      if (target === start) return [...path, start];
      if (!inside.has(target) || seen.has(target)) continue;
      seen.add(target);
      paths.push([...path, target]);
    }
  }
  return [...members];
}
