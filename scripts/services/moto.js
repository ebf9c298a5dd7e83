import { join } from "node:path";
import { ensurePythonEnvironment } from "./python.js";

const version = "5.2.5";

// What the extra "server" brings for S3 alone: the whole of it is three times as large and four times as slow.
const requirements = [`moto[s3]==${version}`, "flask", "flask-cors"];

/**
 * The S3 server of moto, in a virtual environment of its own below `.cache/`.
 * @returns {Promise<{ path: string } | { problem: string }>}
 */
export async function ensureMoto() {
  const environment = { name: `moto-${version}`, what: `moto ${version} (S3 server)`, requirements };
  const installed = await ensurePythonEnvironment(environment);
  return "bin" in installed ? { path: join(installed.bin, "moto_server") } : installed;
}
