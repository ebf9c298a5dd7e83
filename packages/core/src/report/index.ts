export { type Bar, type BarChartOptions, barChart } from "./bar-chart.js";
export { escapeAttribute, escapeHtml } from "./escape.js";
export { type FormatNumberOptions, formatNumber, formatShare } from "./format-number.js";
export { type HistogramPairOptions, histogramPair } from "./histogram-pair.js";
export { type Content, type Html, html, trustedHtml } from "./html.js";
export { type LineChartOptions, type LineSeries, lineChart } from "./line-chart.js";
export {
  badge,
  columns,
  type KeyFigure,
  keyFigures,
  type PageOptions,
  type PageSection,
  renderPage,
  type Tone,
} from "./page.js";
export { type TableColumn, type TableOptions, table } from "./table.js";
