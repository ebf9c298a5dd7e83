export { type IndexedDbBlobsOptions, indexedDbBlobs } from "./indexeddb-blobs.js";
export { indexedDbJournals } from "./indexeddb-journals.js";
export { indexedDbKv } from "./indexeddb-kv.js";
export { type IndexedDbStorageOptions, indexedDbStorage } from "./indexeddb-storage.js";
