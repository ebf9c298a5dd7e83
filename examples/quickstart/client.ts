import { Application } from "./application.js";

/** The inputs of the model, with the datatypes of the Open Inference Protocol. */
const datatypes: Record<keyof Application, "INT64" | "FP32" | "BYTES"> = {
  age: "INT64",
  income: "FP32",
  loan_amount: "FP32",
  term_months: "INT64",
  debt_ratio: "FP32",
  months_employed: "INT64",
  late_payments: "INT64",
  employment: "BYTES",
  region: "BYTES",
  housing: "BYTES",
  purpose: "BYTES",
};

/** Asks a server of the Open Inference Protocol for the probability of default of each application. */
export async function askForDefaults(url: string, applications: readonly Application[]): Promise<number[]> {
  const rows = applications.map((application) => Application.parse(application));
  const inputs = Object.entries(datatypes).map(([name, datatype]) => ({
    name,
    datatype,
    shape: [rows.length, 1],
    data: rows.map((row) => row[name as keyof Application]),
  }));
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ inputs, outputs: [{ name: "probabilities" }] }),
  });
  const answer = (await response.json()) as { error?: string; outputs: [{ data: number[] }] };
  if (!response.ok) throw new Error(answer.error);
  return answer.outputs[0].data.filter((_, index) => index % 2 === 1);
}
