export { type Authenticate, bearerTokens, isReply, unauthenticatedReply } from "./authenticate.js";
export {
  bodyTooLong,
  defaultBodyLimit,
  type HttpBody,
  type HttpCall,
  type HttpHandler,
  type HttpReply,
  pathSegments,
  readBody,
} from "./call.js";
export { type NodeRequest, type NodeResponse, toNodeListener } from "./node.js";
export { coreStatuses, type ErrorReplyOptions, errorReply, type HttpErrorBody, jsonReply } from "./reply.js";
export type { HttpShellOptions } from "./shell.js";
export type { HttpStorageAddress, RequestHeaders } from "./storage/client.js";
export { type StorageHandlerOptions, storageHandler } from "./storage/handler.js";
export { type HttpBlobsOptions, httpBlobs } from "./storage/http-blobs.js";
export { type HttpKvOptions, httpKv } from "./storage/http-kv.js";
export { type HttpStorageOptions, httpStorage } from "./storage/http-storage.js";
export type { StorageAction } from "./storage/routes.js";
export { toWebHandler } from "./web.js";
