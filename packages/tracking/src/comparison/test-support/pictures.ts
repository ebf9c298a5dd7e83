import type { Page } from "playwright-core";

/** How far two pictures are apart, in steps of 255 a channel. */
export interface PictureDifference {
  /** Width and height of both are the same. */
  readonly sameSize: boolean;
  /** The mean over all pixels and channels. */
  readonly mean: number;
  /** The largest mean of a block of 6 × 6 pixels. */
  readonly worst: number;
}

/**
 * All charts of a report below each other, each scaled down to `width`, as one PNG. Without their texts, which no two machines
 * draw alike.
 */
export async function chartSheet(report: Page, work: Page, width: number): Promise<Buffer> {
  await report.addStyleTag({ content: "svg text{visibility:hidden}" });
  const shots: string[] = [];
  for (const chart of await report.locator("svg.chart").all()) {
    const shot = await chart.screenshot({ animations: "disabled" });
    shots.push(`data:image/png;base64,${shot.toString("base64")}`);
  }
  const sheet = await work.evaluate(
    async ([sources, wide]) => {
      const images = await Promise.all(
        sources.map(async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          return image;
        }),
      );
      const heights = images.map((image) => Math.round((image.height * wide) / image.width));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [wide, heights.reduce((sum, height) => sum + height, 0)];
      const context = canvas.getContext("2d")!;
      context.imageSmoothingQuality = "high";
      let top = 0;
      for (const [index, image] of images.entries()) {
        context.drawImage(image, 0, top, wide, heights[index]!);
        top += heights[index]!;
      }
      return canvas.toDataURL("image/png");
    },
    [shots, width] as const,
  );
  return Buffer.from(sheet.slice(sheet.indexOf(",") + 1), "base64");
}

/** Compares two PNGs by what is seen, not by their bytes. */
export async function pictureDifference(
  work: Page,
  a: Uint8Array,
  b: Uint8Array,
): Promise<PictureDifference> {
  const sources = [a, b].map((bytes) => `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`);
  return work.evaluate(async (both) => {
    const [first, second] = await Promise.all(
      both.map(async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.width, image.height];
        const context = canvas.getContext("2d")!;
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height);
      }),
    );
    const { width, height } = first!;
    if (width !== second!.width || height !== second!.height)
      return { sameSize: false, mean: 255, worst: 255 };
    const side = 6;
    const columns = Math.ceil(width / side);
    const sums = new Float64Array(columns * Math.ceil(height / side));
    let total = 0;
    for (let place = 0; place < first!.data.length; place++) {
      if (place % 4 === 3) continue;
      const distance = Math.abs(first!.data[place]! - second!.data[place]!);
      const pixel = place >> 2;
      total += distance;
      sums[Math.floor(Math.floor(pixel / width) / side) * columns + Math.floor((pixel % width) / side)]! +=
        distance;
    }
    return {
      sameSize: true,
      mean: total / (width * height * 3),
      worst: sums.reduce((largest, sum) => Math.max(largest, sum), 0) / (side * side * 3),
    };
  }, sources);
}
