import { answerOf, type Host } from "./host.js";

/** The program that runs the JavaScript, and what it runs on. A field is absent if it is not known. */
export interface CapturedMachine {
  /** What runs the program: `"node"`, `"bun"`, `"deno"`, or `"browser"`, which a worker at an edge is taken for as well. */
  readonly runtime: { readonly name: string; readonly version?: string | undefined };
  /** Name and release of the operating system, as `uname` gives them. */
  readonly operatingSystem?: { readonly name: string; readonly release: string } | undefined;
  /** `"linux"`, `"darwin"`, `"win32"`; in a browser what it says of itself. */
  readonly platform?: string | undefined;
  /** Architecture that the runtime was built for, such as `"x64"` or `"arm64"`. */
  readonly architecture?: string | undefined;
  /** Model of the processor, and how many logical ones there are. */
  readonly processor?: { readonly model?: string | undefined; readonly count: number } | undefined;
  /** Memory of the machine, and what a container may take of it. */
  readonly memory?: { readonly bytes: number; readonly limitBytes?: number | undefined } | undefined;
  /** What a browser calls itself. */
  readonly userAgent?: string | undefined;
  /** Language that a browser prefers, such as `"en-GB"`. */
  readonly language?: string | undefined;
}

/** Runtime, operating system and hardware of a host with processes. */
export function captureMachine({ process, system }: Host): CapturedMachine {
  const { versions } = process;
  const name = ["bun", "deno"].find((each) => versions[each] !== undefined) ?? "node";
  const processors = answerOf(() => system.cpus()) ?? [];
  const bytes = answerOf(() => system.totalmem());
  const limit = answerOf(() => process.constrainedMemory?.());
  // Without a limit, Node says 0 or a number beyond all memory.
  const limitBytes =
    limit !== undefined && bytes !== undefined && limit > 0 && limit < bytes ? limit : undefined;
  return {
    runtime: { name, version: versions[name] },
    operatingSystem: answerOf(() => ({ name: system.type(), release: system.release() })),
    platform: process.platform,
    architecture: process.arch,
    processor:
      processors.length === 0
        ? undefined
        : { model: processors[0]!.model.trim() || undefined, count: processors.length },
    memory: bytes === undefined ? undefined : { bytes, limitBytes },
  };
}

interface Navigator {
  readonly userAgent?: string;
  readonly platform?: string;
  readonly userAgentData?: { readonly platform?: string };
  readonly hardwareConcurrency?: number;
  readonly language?: string;
}

/** What a browser says of itself and of its machine. */
export function captureBrowser(): CapturedMachine {
  const { navigator = {} } = globalThis as { navigator?: Navigator };
  const count = navigator.hardwareConcurrency;
  return {
    runtime: { name: "browser" },
    platform: navigator.userAgentData?.platform || navigator.platform || undefined,
    processor: count === undefined ? undefined : { count },
    userAgent: navigator.userAgent,
    language: navigator.language,
  };
}
