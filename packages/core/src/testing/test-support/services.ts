/** Servers that service tests need; `scripts/services` starts them and sets the variables. */
export type TestService = "redis" | "postgres" | "s3";

const variables = {
  redis: "MILLWRIGHT_TEST_REDIS_URL",
  postgres: "MILLWRIGHT_TEST_POSTGRES_URL",
  s3: "MILLWRIGHT_TEST_S3_URL",
} as const;

/**
 * Where a test finds a server; `undefined`, with one loud line, where it has not been started. In CI (`CI=true`) that is
 * an error, so that no run is green because it tested nothing.
 */
export function serviceUrl(service: TestService): string | undefined {
  const variable = variables[service];
  const url = process.env[variable];
  if (url !== undefined && url !== "") return url;
  if (process.env.CI === "true")
    throw new Error(`${variable} is not set; run the tests with npm test, which starts ${service}`);
  console.warn(`SKIPPED: tests of ${service}, because ${variable} is not set; npm test starts the server`);
  return undefined;
}
