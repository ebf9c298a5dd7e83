import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openLocalStorage } from "@millwright/core/local";
import { createMonitor, renderHtml } from "@millwright/monitoring";
import { createRegistry } from "@millwright/registry";
import { inferenceHandler, openPredictor } from "@millwright/serving";
import { serve } from "@millwright/serving/node";
import { createTracker } from "@millwright/tracking";
import { Application, Decision } from "./application.js";
import { askForDefaults } from "./client.js";
import { applicationsOf, dataPath, readHeldOut, readJson, readRows, servedFeaturesOf } from "./data.js";

const output = fileURLToPath(new URL("output/", import.meta.url));
const training = await readJson<{
  hyperparameters: Record<string, string | number | boolean | null>;
  metrics: { heldout: Record<string, number> };
  curve: { train_log_loss: number[] };
}>("train.json");

// Storage: one directory, nothing to operate. Run this again and everything is still there.
const storage = await openLocalStorage(`${output}storage`);
try {
  // Record the run that trained the model.
  const tracker = createTracker({ storage });
  const trainingRows = await readRows("train.parquet");
  const runId = await tracker.run({ experiment: "credit", params: training.hyperparameters }, (run) => {
    run.logDataset(trainingRows, { name: "applications", role: "training" });
    for (const [step, loss] of training.curve.train_log_loss.entries())
      run.logMetric("train_log_loss", loss, { step });
    run.logMetrics({
      heldout_auc: training.metrics.heldout.roc_auc!,
      heldout_log_loss: training.metrics.heldout.log_loss!,
    });
    return run.id;
  });
  const run = await tracker.getRun(runId);
  const curve = await tracker.getHistory(runId, "train_log_loss");
  console.log(
    `recorded   run ${runId}: ${run?.status}, ${curve.values.length} points, loss ${curve.values[0]?.toFixed(3)} → ${curve.values.at(-1)?.toFixed(3)}`,
  );

  // Register the file that it made, and let it go live.
  const registry = createRegistry({ storage });
  const metrics = { auc: training.metrics.heldout.roc_auc! };
  const version = await registry.register("credit", {
    artifact: dataPath("model.onnx"),
    run: runId,
    metrics,
  });
  await registry.promote(version, { to: "@champion", reason: "beats the baseline on held-out AUC" });
  console.log(
    `registered credit ${version.version} (number ${version.number}), ${version.signature.inputs.length} inputs read from the file, now @champion`,
  );

  // Open whatever is live, and serve it by the Open Inference Protocol. Every row served goes to the monitor.
  const reference = servedFeaturesOf(await readRows("reference.parquet"));
  const monitor = createMonitor({ storage, reference, name: "credit" });
  const predictor = await openPredictor(registry.reference("credit@champion"), {
    input: Application,
    output: Decision,
  });
  const server = await serve(inferenceHandler({ models: { credit: predictor }, record: monitor.observe }));
  console.log(`serving    ${server.url}/v2/models/credit`);

  // Ask it, over HTTP, about applications that it has not seen, and compare with what Python says.
  const { applications, expected } = await readHeldOut();
  const answers = await askForDefaults(`${server.url}/v2/models/credit/infer`, applications);
  const difference = Math.max(...answers.map((answer, index) => Math.abs(answer - expected[index]!)));
  if (answers.length !== expected.length || !(difference <= 1e-6))
    throw new Error(`the answers differ from the expected predictions by ${difference}`);
  const [decision] = await predictor.predict(applications.slice(0, 1));
  console.log(
    `predicted  ${answers.length} held-out applications, all as expected (largest difference ${difference}); the first defaults with ${decision?.probabilities[1].toFixed(3)}`,
  );

  // A week of other applicants comes in. Has anything changed?
  const from = storage.clock.now();
  await askForDefaults(
    `${server.url}/v2/models/credit/infer`,
    applicationsOf(await readRows("window_shifted.parquet")),
  );
  const report = await monitor.check({ window: { from, to: storage.clock.now() } });
  const drifted = Object.keys(report.features).filter((name) => report.features[name]?.verdict === "drift");
  await writeFile(`${output}drift.html`, renderHtml(report, { title: "Credit applications: drift" }));
  console.log(`monitored  ${report.currentRows} predictions: ${report.verdict} in ${drifted.join(", ")}`);
  console.log(`report     ${output}drift.html`);

  await server.close();
  await predictor.close();
  await monitor.close();
} finally {
  await storage.close();
}
