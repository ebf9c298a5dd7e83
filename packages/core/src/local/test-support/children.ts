import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Waits for the end of a process, and gives the lines that it wrote. */
export async function linesOf(child: ChildProcess): Promise<string[]> {
  const pieces: Buffer[] = [];
  let complaints = "";
  child.stdout!.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr!.on("data", (piece: Buffer) => {
    complaints += piece.toString("utf8");
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`the process ended with ${code}: ${complaints}`);
  return Buffer.concat(pieces).toString("utf8").split("\n").slice(0, -1);
}
