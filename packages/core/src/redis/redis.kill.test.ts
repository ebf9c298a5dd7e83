import { expect, test } from "vitest";
import { killSettings } from "../testing/test-support/kill/settings.js";
import { startPrivateRedis } from "../testing/test-support/servers/private-redis.js";
import { serverKillRounds } from "../testing/test-support/servers/server-kill-rounds.js";
import { serverSetting } from "../testing/test-support/servers/server-process.js";

const binary = serverSetting("MILLWRIGHT_TEST_REDIS_SERVER");
const { kills, seed } = killSettings(0.125);

for (const victim of ["client", "server"] as const) {
  test.skipIf(binary === undefined)(
    `nothing acknowledged by Redis is lost when the ${victim} is killed`,
    async () => {
      const server = await startPrivateRedis(binary!);
      try {
        const report = await serverKillRounds("redis", server, { kills, seed, victim });
        expect(report.acknowledged).toBeGreaterThan(0);
      } finally {
        await server.close();
      }
    },
  );
}
