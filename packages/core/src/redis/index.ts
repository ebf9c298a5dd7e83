export type { RedisClient, RedisClusterClient } from "./client.js";
export type { RedisDeclaration } from "./configuration.js";
export { openRedisKv, type RedisKvOptions } from "./open-redis-kv.js";
