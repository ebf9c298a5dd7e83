import { expect, test } from "vitest";
import { killSettings } from "../testing/test-support/kill/settings.js";
import { serverUser, startPrivatePostgres } from "../testing/test-support/servers/private-postgres.js";
import { serverKillRounds } from "../testing/test-support/servers/server-kill-rounds.js";
import { serverSetting } from "../testing/test-support/servers/server-process.js";

const binaries = serverSetting("MILLWRIGHT_TEST_POSTGRES_BIN");
const { kills, seed } = killSettings(0.125);

for (const victim of ["client", "server"] as const) {
  test.skipIf(binaries === undefined)(
    `nothing acknowledged by PostgreSQL is lost when the ${victim} is killed`,
    async () => {
      const user = serverUser(process.env.MILLWRIGHT_TEST_USER);
      const server = await startPrivatePostgres(binaries!, user);
      try {
        const report = await serverKillRounds("postgres", server, {
          kills,
          seed,
          victim,
        });
        expect(report.acknowledged).toBeGreaterThan(0);
      } finally {
        await server.close();
      }
    },
  );
}
