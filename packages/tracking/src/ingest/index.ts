export { type IngestHandlerOptions, ingestHandler } from "./ingest-handler.js";
