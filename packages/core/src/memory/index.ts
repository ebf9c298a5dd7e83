export { type MemoryBlobsOptions, memoryBlobs } from "./memory-blobs.js";
export { memoryJournals } from "./memory-journals.js";
export { type MemoryKvOptions, memoryKv } from "./memory-kv.js";
