export { httpSink } from "./http-sink.js";
export type { HttpSinkOptions, RequestHeaders } from "./options.js";
