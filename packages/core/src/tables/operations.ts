/** What a TableStore does, loaded when a table is first used: a program without tables does not carry it. */
export { appendBatch } from "./append.js";
export { compactTable } from "./compact.js";
export { dropTable } from "./drop.js";
export { eraseRows } from "./erase.js";
export { scanTable } from "./scan.js";
