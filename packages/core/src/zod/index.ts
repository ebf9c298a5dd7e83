export { columnSpecsOf } from "./columns.js";
export { float64, int8, int16, uint8, uint16 } from "./numbers.js";
export { type SchemaOptions, schemaOf } from "./schema.js";
export { type SignatureSchemas, signatureOf } from "./signature.js";
