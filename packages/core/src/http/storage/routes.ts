import type { HttpCall, HttpReply } from "../call.js";

/** Asks whether the caller may do something in some namespaces, and throws `PERMISSION_DENIED` if not. */
export type Demand = (action: StorageAction, namespaces: Iterable<string>) => Promise<void>;

/** What a caller can be allowed to do. */
export type StorageAction = "storage.read" | "storage.write" | "storage.import";

/** One operation of the protocol. */
export type StorageRoute = (call: HttpCall, demand: Demand) => Promise<HttpReply>;
