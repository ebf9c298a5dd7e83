import { coreError } from "../errors/create.js";
import { hostModule } from "../host/host.js";

/** What the driver uses of an ioredis client (`>=5`). `Redis` and `Cluster` of ioredis fit. */
export interface RedisClient {
  readonly isCluster: boolean;
  readonly status: string;
  readonly options: object;
  connect(): Promise<unknown>;
  disconnect(): void;
  callBuffer(command: string, args: (string | number | Uint8Array)[]): Promise<unknown>;
  duplicate(override?: object, clusterOptions?: object): RedisClient;
  on(event: string, listener: (...values: unknown[]) => void): unknown;
}

/** A `Cluster` of ioredis, of which the driver also asks every node for its configuration. */
export interface RedisClusterClient extends RedisClient {
  nodes(role: "master"): RedisClient[];
}

interface HostBuffer {
  allocUnsafe(size: number): Uint8Array;
}

/**
 * One `Buffer` of two parts. ioredis turns every argument that is not a `Buffer` into text, so all bytes go through
 * this.
 */
export type BufferJoin = (first: Uint8Array, second?: Uint8Array) => Uint8Array;

/** @throws {MillwrightError} `UNSUPPORTED` where the host has no `Buffer` */
export function bufferJoin(): BufferJoin {
  const buffers = hostModule<{ Buffer: HostBuffer }>("node:buffer")?.Buffer;
  if (buffers === undefined) {
    throw coreError(
      "UNSUPPORTED",
      "the Redis driver needs node:buffer, as ioredis does; run it on Node, Deno or Bun",
    );
  }
  return (first, second) => {
    const whole = buffers.allocUnsafe(first.length + (second?.length ?? 0));
    whole.set(first, 0);
    if (second !== undefined) whole.set(second, first.length);
    return whole;
  };
}

/** For messages: where the client points, without secrets. */
export function describeClient(client: RedisClient): string {
  if (client.isCluster) return "redis cluster";
  const { host, port, path, db } = client.options as {
    host?: string;
    port?: number;
    path?: string;
    db?: number;
  };
  return `redis ${path ?? `${host ?? "localhost"}:${port ?? 6379}`}/${db ?? 0}`;
}
