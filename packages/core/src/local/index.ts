export type { FileSystem, FileSystemProbe } from "./directory/network-file-system.js";
export {
  type LocalDriverOptions,
  type LocalStorageOptions,
  localBlobs,
  localJournals,
  localKv,
  openLocalStorage,
} from "./open-local-storage.js";
