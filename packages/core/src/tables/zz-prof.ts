import { mkdtemp, rm, open, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { batchFromColumns } from "../columns/build.js";
import { openLocalStorage } from "../local/index.js";
const n = 10_000_000;
const x = Float64Array.from({ length: n }, () => Math.random());
const dir = await mkdtemp(`${tmpdir()}/tb-`);
const bytes = new Uint8Array(x.buffer);
const time = async (name: string, work: () => unknown) => { const c = process.cpuUsage(); const t = performance.now(); await work(); const ms = performance.now() - t; const u = process.cpuUsage(c); console.log(`${name}: ${ms.toFixed(0)} ms wall, user ${(u.user/1000).toFixed(0)} sys ${(u.system/1000).toFixed(0)}`); };
for (let i = 0; i < 2; i++) {
await time("write", async () => { const f = await open(`${dir}/raw${i}`, "w"); await f.write(bytes); await f.datasync(); await f.close(); });
await time("read", async () => void (await readFile(`${dir}/raw${i}`)));
}
const storage = await openLocalStorage(`${dir}/store`);
const size = Number(process.argv[2] ?? 1_000_000);
for (let i = 0; i < 4; i++) {
const table = ["b", i];
await time("append", async () => { for (let s = 0; s < n; s += size) await storage.tables.append(table, batchFromColumns({ x: x.subarray(s, s + size) })); });
await time("scan", async () => { for await (const { batch: b } of storage.tables.scan(table)) b.rows; });
}
await storage.close();
await rm(dir, { recursive: true });
