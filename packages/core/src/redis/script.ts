import { messageOf } from "../errors/create.js";

/** Sends one command: of the injected client or of the driver's own connection. */
export type RedisSend = (command: string, args: (string | Uint8Array)[]) => Promise<unknown>;

const decoder = new TextDecoder();

/** A Lua script that the server has been given, to be called by its digest. */
export interface RedisScript {
  run(send: RedisSend, keys: readonly Uint8Array[], args: readonly (string | Uint8Array)[]): Promise<unknown>;
}

/** Gives a script to the server. A server that has forgotten it, or another node, gets it with the call. */
export async function loadScript(send: RedisSend, source: string): Promise<RedisScript> {
  const digest = decoder.decode((await send("script", ["LOAD", source])) as Uint8Array);
  return {
    async run(sendCall, keys, args) {
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await sendCall("evalsha", [digest, ...rest]);
      } catch (error) {
        if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
        return await sendCall("eval", [source, ...rest]);
      }
    },
  };
}
