import type { ColumnBatch } from "@millwright/core";

/** Points in columns, growing by doubling. Adding one allocates nothing most of the time. */
export class PointBuffer {
  readonly #keys: string[] = [];
  readonly #codes = new Map<string, number>();
  #code: Int32Array<ArrayBuffer>;
  #step: BigInt64Array<ArrayBuffer>;
  #value: Float64Array<ArrayBuffer>;
  #time: Float64Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 64) {
    this.#code = new Int32Array(capacity);
    this.#step = new BigInt64Array(capacity);
    this.#value = new Float64Array(capacity);
    this.#time = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  add(key: string, value: number, step: bigint, time: number): void {
    if (this.#length === this.#code.length) this.#grow();
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = this.#keys.length;
      this.#codes.set(key, code);
      this.#keys.push(key);
    }
    this.#code[this.#length] = code;
    this.#step[this.#length] = step;
    this.#value[this.#length] = value;
    this.#time[this.#length] = time;
    this.#length++;
  }

  /** The points as the columns `key`, `step`, `value` and `time`. The buffer must not be used any more. */
  toBatch(): ColumnBatch {
    const rows = this.#length;
    return {
      rows,
      columns: {
        key: { type: "dictionary", codes: this.#code.subarray(0, rows), dictionary: this.#keys },
        step: { type: "int64", values: this.#step.subarray(0, rows) },
        value: { type: "float64", values: this.#value.subarray(0, rows) },
        time: { type: "timestamp", values: this.#time.subarray(0, rows) },
      },
    };
  }

  #grow(): void {
    const capacity = this.#code.length * 2;
    const [code, step, value, time] = [this.#code, this.#step, this.#value, this.#time];
    this.#code = new Int32Array(capacity);
    this.#step = new BigInt64Array(capacity);
    this.#value = new Float64Array(capacity);
    this.#time = new Float64Array(capacity);
    this.#code.set(code);
    this.#step.set(step);
    this.#value.set(value);
    this.#time.set(time);
  }
}
