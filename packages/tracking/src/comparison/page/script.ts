/**
 * The script of the page. It makes what is drawn already answer: the table sorts, curves are smoothed, two charts show other
 * fields, a run is followed through all charts. It builds no markup from text and fetches nothing. Without it the page is
 * complete.
 */
export const runsScript = String.raw`
"use strict";
(() => {
const data = JSON.parse(document.getElementById("page-data").textContent);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (name, attributes, text) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  if (text !== undefined) made.textContent = text;
  return made;
};
const tenth = (value) => String(Math.round(value * 10) / 10);
for (const form of all(".controls")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
}

// The table sorts by a click on a header; what has no value stays at the end.
const table = document.querySelector("table.runs");
if (table) {
  const rows = [...table.tBodies[0].rows];
  const headers = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator("en", { numeric: true });
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b));
  headers.forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => {
      const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of headers) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      const values = data.columns[column];
      const value = (row) => values[row.dataset.item];
      rows.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === null || y === null) return (x === null) - (y === null) || a.dataset.item - b.dataset.item;
        return sign * compare(x, y) || a.dataset.item - b.dataset.item;
      });
      table.tBodies[0].append(...rows);
    });
  });
}

// Smoothing: a mean whose weights fall exponentially with the distance along the axis. It commutes with the linear maps of a
// chart, so that the drawn coordinates are all that is needed; on a logarithmic axis it is the geometric mean.
const smooth = (path, reach) => {
  let [sum, weight, before] = [0, 0, 0];
  return path.replace(/([ML])([-\d.]+) ([-\d.]+)/g, (_, letter, x, y) => {
    const kept = weight === 0 ? 0 : Math.exp((before - x) / reach);
    [sum, weight, before] = [sum * kept + Number(y), weight * kept + 1, Number(x)];
    return letter + x + " " + tenth(sum / weight);
  });
};
const slider = document.querySelector("[data-for=curves] input");
if (slider) {
  const curves = all("[data-part=curves] [data-item]").filter((path) => !path.getAttribute("d").includes("h0"));
  const raw = curves.map((path) => path.getAttribute("d"));
  const ghosts = curves.map((path) => {
    const ghost = path.cloneNode(true);
    ghost.removeAttribute("data-item");
    ghost.setAttribute("class", "raw");
    return ghost;
  });
  const draw = () => {
    const share = slider.value / 100;
    document.querySelector("[data-for=curves] output").textContent = share.toFixed(2);
    curves.forEach((path, index) => {
      path.setAttribute("d", share === 0 ? raw[index] : smooth(raw[index], 120 * share ** 4));
      if (share === 0) ghosts[index].remove();
      else path.before(ghosts[index]);
    });
  };
  slider.addEventListener("input", draw);
  if (slider.value !== "0") draw();
}

const label = (x, y, content, attributes) =>
  make("text", { x: tenth(x), y: tenth(y), fill: "var(--muted)", ...attributes }, content);
const fit = (text, width) => (text.length * 7 > width ? text.slice(0, Math.floor(width / 7) - 1) + "…" : text);
const frameOf = (part) => part.dataset.frame.split(" ").map(Number);
const follow = (form, draw) => {
  const chosen = () => Object.fromEntries(all("select", form).map((one) => [one.name, Number(one.value)]));
  form.addEventListener("change", () => draw(chosen()));
  // A browser may have kept the choice of a reader over a reload.
  if (all("option", form).some((option) => option.selected !== option.defaultSelected)) draw(chosen());
};
const entitle = (chart, title) => {
  chart.setAttribute("aria-label", title);
  chart.querySelector(":scope>title").textContent = title;
  chart.querySelector(":scope>text").textContent = fit(title, chart.viewBox.baseVal.width);
};

const scatter = document.querySelector("[data-for=scatter]");
if (scatter) {
  const chart = scatter.parentElement.querySelector("[data-part=points]").ownerSVGElement;
  const points = chart.querySelector("[data-part=points]");
  const axes = chart.querySelector("[data-part=axes]");
  const [left, top, right, bottom] = frameOf(points);
  const line = (d, color) => make("path", { d, stroke: "var(--" + color + ")" });
  follow(scatter, ({ x: across, y: up }) => {
    const [horizontal, vertical] = [data.fields[across], data.fields[up]];
    const x = (place) => left + place * (right - left);
    const y = (place) => bottom - place * (bottom - top);
    const parts = [];
    for (const [at, text] of vertical.ticks) {
      parts.push(line("M" + left + " " + tenth(y(at)) + "H" + right, "grid"));
      parts.push(label(left - 8, y(at) + 4, text, { "text-anchor": "end" }));
    }
    parts.push(line("M" + left + " " + bottom + "H" + right, "muted"));
    let end = -Infinity;
    for (const [at, text] of horizontal.ticks) {
      parts.push(line("M" + tenth(x(at)) + " " + bottom + "v4", "muted"));
      const half = text.length * 3.6;
      if (x(at) - half < end) continue;
      end = x(at) + half + 8;
      parts.push(label(x(at), bottom + 17, text, { "text-anchor": "middle" }));
    }
    parts.push(label((left + right) / 2, bottom + 36, fit(horizontal.label, right - left), { "text-anchor": "middle" }));
    const middle = (top + bottom) / 2;
    parts.push(
      label(12, middle, fit(vertical.label, bottom - top), { "text-anchor": "middle", transform: "rotate(-90 12 " + tenth(middle) + ")" }),
    );
    axes.replaceChildren(...parts);
    const spread = ({ isCategory, places, ticks }, item, length) => {
      if (!isCategory || places.length <= 30) return 0;
      return Math.min(60, (0.6 * length) / ticks.length) * (((item * 0.618034) % 1) - 0.5);
    };
    const order = data.names.map((_, item) => item);
    order.sort((a, b) => (data.colors[a] !== null) - (data.colors[b] !== null));
    points.replaceChildren(
      ...order.flatMap((item) => {
        const [a, b] = [horizontal.places[item], vertical.places[item]];
        if (a === null || b === null) return [];
        const cx = x(a) + spread(horizontal, item, right - left);
        const cy = y(b) + spread(vertical, item, bottom - top);
        const color = data.colors[item];
        const fill = color === null ? "var(--reference)" : "var(--series-" + ((color % 6) + 1) + ")";
        const point = make("circle", { "data-item": item, cx: tenth(cx), cy: tenth(cy), r: 4, fill });
        const values = [horizontal, vertical].map((field) => field.name + ": " + field.texts[item]);
        point.append(make("title", {}, data.names[item] + " – " + values.join(", ")));
        return [point];
      }),
    );
    entitle(chart, vertical.name + " by " + horizontal.name);
  });
}

const parallel = document.querySelector("[data-for=parallel]");
if (parallel) {
  const lines = parallel.parentElement.querySelector("[data-part=lines]");
  const chart = lines.ownerSVGElement;
  const [left, top, right, bottom] = frameOf(lines);
  const last = all("[data-part=axis]", chart).pop();
  const bar = all("rect", last);
  follow(parallel, ({ metric }) => {
    const fields = [...data.parallel.axes, metric].map((place) => data.fields[place]);
    const field = fields[fields.length - 1];
    const x = (axis) => left + (axis * (right - left)) / (fields.length - 1);
    const y = (place) => top + (1 - place) * (bottom - top);
    const isLow = data.low.includes(metric);
    const shade = (place) => "var(--ramp-" + (Math.min(Math.floor((isLow ? 1 - place : place) * 7), 6) + 1) + ")";
    const strength = (path) => {
      const place = field.places[path.dataset.item];
      return place === null ? -1 : isLow ? 1 - place : place;
    };
    for (const path of all("path", lines)) {
      let open = false;
      let d = "";
      fields.forEach(({ places }, axis) => {
        const place = places[path.dataset.item];
        if (place !== null) d += (open ? "L" : "M") + tenth(x(axis)) + " " + tenth(y(place));
        open = place !== null;
      });
      path.setAttribute("d", d);
      if (!data.parallel.colored) continue;
      const place = field.places[path.dataset.item];
      path.setAttribute("stroke", place === null ? "var(--reference)" : shade(place));
    }
    if (data.parallel.colored) lines.append(...all("path", lines).sort((a, b) => strength(a) - strength(b)));
    bar.forEach((rect, step) => rect.setAttribute("fill", shade((step + 0.5) / bar.length)));
    last.querySelector("text").textContent = fit(field.name, (right - left) / (fields.length - 1) / 2 + 40);
    const from = x(fields.length - 1) + (bar.length > 0 ? 16 : 6);
    last.querySelector("[data-part=ticks]").replaceChildren(
      ...field.ticks.map(([at, text]) => label(from, y(at) + 4, text, { "font-size": 11 })),
    );
    entitle(chart, "Params and " + field.name);
  });
}

// A run under the pointer stands out wherever it is drawn.
let shown;
const show = (item) => {
  if (item === shown) return;
  shown = item;
  for (const one of all("[data-item].on")) one.classList.remove("on");
  document.body.classList.toggle("focus", item !== undefined);
  if (item !== undefined) for (const one of all('[data-item="' + item + '"]')) one.classList.add("on");
};
document.addEventListener("pointerover", (event) => show(event.target.closest("[data-item]")?.dataset.item));
document.documentElement.addEventListener("pointerleave", () => show(undefined));
})();
`;
