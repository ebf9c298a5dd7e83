import { coreError } from "../errors/create.js";

/**
 * Loads a package that is not installed by default. `load` holds the `import()` with the name written out, so that bundlers
 * see it.
 *
 * @throws {MillwrightError} `MISSING_DEPENDENCY`
 */
export async function loadOptional<Module>(
  name: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw coreError("MISSING_DEPENDENCY", `${purpose} needs the package ${name}: npm install ${name}`, {
      cause,
    });
  }
}
