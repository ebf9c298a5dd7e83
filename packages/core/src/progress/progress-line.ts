import type { ProgressEvent } from "./progress-event.js";

/** How far an operation is, as one line shows it. */
export interface ProgressState {
  readonly label: string;
  readonly event: ProgressEvent;
  /** Microseconds since its first event. */
  readonly elapsed: number;
}

/** Widest bar, in columns. */
const widestBar = 24;
/** A narrower one would say nothing. */
const narrowestBar = 6;

/** The line, at most `width` columns long: what has no room is left out, the bar first, and the label gives way last. */
export function progressLine({ label, event, elapsed }: ProgressState, width: number): string {
  const share = shareOf(event);
  const parts = [countsOf(event), timeOf(share, elapsed)].filter((part) => part !== "");
  for (; parts.length > 0; parts.pop()) {
    const text = `${label}  ${parts.join("  ")}`;
    const room = width - columnsOf(text);
    if (share !== undefined && room >= narrowestBar + 2)
      return `${label}  ${bar(share, Math.min(widestBar, room - 2))}  ${parts.join("  ")}`;
    if (room >= 0) return text;
  }
  return fitted(label, width);
}

/** Whether the event says that it is the last one. */
export function isLast({ done, total }: ProgressEvent): boolean {
  return done === true || (typeof done === "number" && done === total);
}

/** Text without what could move the cursor or break the line. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").trim();
}

function shareOf({ done, total }: ProgressEvent): number | undefined {
  if (typeof done !== "number" || typeof total !== "number" || !(total > 0)) return undefined;
  return Math.min(1, Math.max(0, done / total));
}

function countsOf(event: ProgressEvent): string {
  const { done, total } = event;
  const counts: string[] = [];
  if (typeof done === "number")
    counts.push(typeof total === "number" ? `${count(done)}/${count(total)}` : count(done));
  for (const [name, value] of Object.entries(event)) {
    if (name === "done" || name === "total" || typeof value !== "number" || !(value > 0)) continue;
    counts.push(name.endsWith("Bytes") ? bytes(value) : `${count(value)} ${plainText(wordsOf(name))}`);
  }
  return counts.join(", ");
}

function timeOf(share: number | undefined, elapsed: number): string {
  const percent = share === undefined ? "" : `${Math.floor(share * 100)}%  `;
  if (share === undefined || share === 0 || share === 1) return `${percent}${duration(elapsed)}`;
  return `${percent}${duration((elapsed * (1 - share)) / share)} left`;
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

function wordsOf(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();
}

function count(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 0 });
}

function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function duration(microseconds: number): string {
  const seconds = Math.round(microseconds / 1e6);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** Columns of a terminal that a text takes at most: what is not known to be narrow counts as wide, so that no line is ever too long. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /[\u0020-\u007e█░…]/.test(character) ? 1 : 2;
  return columns;
}

function fitted(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (columnsOf(kept + character) > width - 1) break;
    kept += character;
  }
  return width > 0 ? `${kept}…` : "";
}
