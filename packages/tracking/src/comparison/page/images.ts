import { formatNumber, type Html, html } from "@millwright/core/report";
import { invalidArgument } from "../../errors.js";
import { type ReportModel, short } from "./model.js";
import { swatch } from "./overview.js";

/** An image or SVG figure that a run logged. */
export interface ReportImage {
  /** The id of its run. */
  readonly run: string;
  readonly name: string;
  readonly step?: number | bigint | undefined;
  readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "image/svg+xml";
  /** The file. Text only for SVG. */
  readonly content: Uint8Array | string;
}

const types = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"];

/** How many images, and how many bytes of them, are put into the page. */
export const imagesLimit = 200;
export const imageBytesLimit = 12 * 1024 * 1024;

/** @throws {MillwrightError} `INVALID_ARGUMENT` for a type that is no image, and for content that is no file of it */
export function assertImages(images: readonly ReportImage[], runs: ReadonlyMap<string, number>): void {
  for (const [index, { run, type, content }] of images.entries()) {
    if (!runs.has(run)) throw invalidArgument(`images[${index}].run`, `"${run}" is none of the runs`);
    if (!types.includes(type)) {
      throw invalidArgument(
        `images[${index}].type`,
        `must be one of ${types.join(", ")}, got "${String(type)}"`,
      );
    }
    if (!(content instanceof Uint8Array) && (typeof content !== "string" || type !== "image/svg+xml")) {
      throw invalidArgument(`images[${index}].content`, "must be a Uint8Array, or text of an SVG figure");
    }
  }
}

/**
 * Images as data URLs. Also SVG stands in `<img>`, where a browser runs no script of it and loads nothing for it: it never
 * becomes markup of the page.
 */
export function imageGallery(
  model: ReportModel,
  images: readonly ReportImage[],
  runs: ReadonlyMap<string, number>,
): Html {
  const figures: Html[] = [];
  let bytes = 0;
  for (const { run, name, step, type, content } of images) {
    const file = typeof content === "string" ? new TextEncoder().encode(content) : content;
    if (figures.length === imagesLimit || bytes + file.byteLength > imageBytesLimit) continue;
    bytes += file.byteLength;
    const place = runs.get(run)!;
    const at = step === undefined ? "" : `, step ${step}`;
    const caption = html`${swatch(model.colors[place]!)}<b>${short(name, 80)}</b> <span class="none">${short(model.labels[place]!, 60)}${at}</span>`;
    figures.push(
      html`<figure data-item="${String(place)}"><img alt="${short(name, 200)}" src="data:${type};base64,${base64(file)}"/><figcaption>${caption}</figcaption></figure>`,
    );
  }
  const left = images.length - figures.length;
  const note =
    left === 0
      ? null
      : html`<p>${formatNumber(left)} more images are left out: a page takes at most ${imagesLimit} and 12 MiB.</p>`;
  return html`<div class="images">${figures}</div>${note}`;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  // A multiple of three, so that pieces can be joined.
  for (let start = 0; start < bytes.length; start += 0x6000) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + 0x6000)));
  }
  return text;
}
