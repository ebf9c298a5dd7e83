import { coreError } from "../errors/create.js";
import type { RedisLayout } from "./layout.js";
import type { RedisSend } from "./script.js";

const mark = "millwright-kv";
const newest = 1;

/**
 * Makes sure that the keys of a prefix are a store of a format that this release knows, and marks a new one.
 *
 * @throws {MillwrightError} `FORMAT_TOO_NEW`, `FOREIGN_DATA`
 */
export async function checkFormat(send: RedisSend, layout: RedisLayout, store: string): Promise<void> {
  const text = await readFormat(send, layout);
  if (text === undefined) {
    if (String(await send("type", [layout.index])) !== "none") throw foreign(store);
    await send("set", [layout.format, `${mark} ${newest}`, "NX"]);
    return;
  }
  const match = /^millwright-kv ([0-9]{1,9})$/.exec(text);
  if (match === null) throw foreign(store);
  if (Number(match[1]) > newest) {
    throw coreError(
      "FORMAT_TOO_NEW",
      `${store} has format ${match[1]}, and this release reads up to ${newest}; use a newer release`,
    );
  }
}

async function readFormat(send: RedisSend, layout: RedisLayout): Promise<string | undefined> {
  const bytes = (await send("get", [layout.format])) as Uint8Array | null;
  return bytes === null ? undefined : new TextDecoder().decode(bytes);
}

function foreign(store: string): Error {
  return coreError("FOREIGN_DATA", `${store}: something else has keys of this prefix; choose another prefix`);
}
