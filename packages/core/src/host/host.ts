/**
 * A built-in module of the host (`"node:fs"`), or `undefined` where there is none, as in a browser. Runtime-neutral
 * code reaches Node, Deno and Bun only through here, so that a bundler never sees an import of a built-in.
 *
 * The type is the caller's structural view of what it uses.
 */
export function hostModule<Module>(name: `node:${string}`): Module | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process;
  return host?.getBuiltinModule?.(name) as Module | undefined;
}
