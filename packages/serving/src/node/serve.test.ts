import { Agent, get, type IncomingMessage } from "node:http";
import { jsonReply } from "@millwright/core/http";
import { expect, test } from "vitest";
import { serve } from "./serve.js";

test("a client that keeps its connection and asks on does not hold the close up", async () => {
  let arrived = (): void => {};
  let letGo = (): void => {};
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const server = await serve(async () => {
    arrived();
    await gate;
    return jsonReply(200, {});
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get(server.url, { agent }, (response) => {
        response.resume();
        response.on("end", () => resolve(response));
      }).on("error", reject);
    });
  const first = ask();
  await arrival;
  const closing = server.close();
  letGo();
  const { statusCode, headers } = await first;
  expect([statusCode, headers.connection]).toEqual([200, "close"]);
  await expect(ask()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await closing;
  agent.destroy();
});
