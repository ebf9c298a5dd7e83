import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../identity/hasher.js";
import { createLayout } from "./layout.js";

const scopes = fc.string({ unit: "binary", minLength: 1 });

test("a scope and a digest come back from the key, and no key has a part . or ..", () => {
  fc.assert(
    fc.property(scopes, fc.string(), (scope, content) => {
      const layout = createLayout("models");
      const key = layout.objectKey(scope, digestOf(content));
      expect(layout.scopeOf(layout.scopePrefix(scope))).toBe(scope);
      expect(layout.digestOf(key, scope)).toBe(digestOf(content));
      expect(key).toMatch(/^models\/[A-Za-z0-9._-]+\/[0-9a-f]{64}$/);
      expect(key.split("/")).not.toContain("..");
    }),
  );
});

test("scopes have different prefixes", () => {
  fc.assert(
    fc.property(scopes, scopes, (a, b) => {
      const layout = createLayout("");
      expect(layout.scopePrefix(a) === layout.scopePrefix(b)).toBe(a === b);
    }),
  );
});

test("foreign objects and scratch objects are no blobs and no scope", () => {
  const layout = createLayout("p/");
  expect(layout.digestOf("p/default/readme.txt", "default")).toBeUndefined();
  expect(layout.scopeOf("p/.scratch/")).toBeUndefined();
  expect(layout.scopeOf("p/with space/")).toBeUndefined();
  expect(layout.scratchKey()).toMatch(/^p\/\.scratch\//);
});
