export { type InferenceServer, type ServeOptions, serve } from "./serve.js";
