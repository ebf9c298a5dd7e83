export { type Bar, type BarChartOptions, barChart } from "./bar-chart.js";
export { type Curve, type CurveBand, type CurveChartOptions, curveChart } from "./curve-chart.js";
export { escapeAttribute, escapeHtml, visibleText } from "./escape.js";
export { type ChartField, type FieldAxis, type FieldAxisOptions, fieldAxis } from "./field.js";
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
  type PageScript,
  type PageSection,
  renderPage,
  type Tone,
} from "./page.js";
export { type ParallelCoordinatesOptions, parallelCoordinates } from "./parallel-coordinates.js";
export { type ScatterChartOptions, scatterChart } from "./scatter-chart.js";
export { jsonForScript } from "./script.js";
export { type TableColumn, type TableOptions, table } from "./table.js";
