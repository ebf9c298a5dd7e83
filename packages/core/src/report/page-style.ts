const light = `--text:#1d2430;--muted:#5b6472;--surface:#fff;--page:#f6f7f9;--grid:#e3e6eb;--reference:#8b95a5;
--good:#1b7a4b;--notice:#9a5b00;--bad:#b3261e;
--series-1:#2a66b8;--series-2:#c8590c;--series-3:#21845a;--series-4:#7d4fc4;--series-5:#c2334d;--series-6:#0f7f94;
--ramp-1:#e9b384;--ramp-2:#e58f6b;--ramp-3:#d9695a;--ramp-4:#bd4a62;--ramp-5:#95376d;--ramp-6:#672a6c;--ramp-7:#3b1c55`;

const dark = `--text:#e6e9ee;--muted:#9ba5b4;--surface:#1b2028;--page:#12161c;--grid:#313844;--reference:#7b8697;
--good:#5fcf95;--notice:#f0b352;--bad:#ff8a80;
--series-1:#6ea8f5;--series-2:#f39a55;--series-3:#58c596;--series-4:#b595f2;--series-5:#f2879a;--series-6:#55c3d8;
--ramp-1:#5a3f7a;--ramp-2:#80498a;--ramp-3:#a95591;--ramp-4:#cf668b;--ramp-5:#ec8280;--ramp-6:#f8a97f;--ramp-7:#fdd49a`;

/** The style sheet of a page. Colours are variables, which the pictures use too. */
export const pageStyle = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 3rem;max-width:60rem;color:var(--text);background:var(--page);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
h1,h2,p,summary,dd,dt,th,td,caption{overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem;letter-spacing:-.01em}
h2{font-size:1.1rem;line-height:1.35;margin:0}
p{margin:.6rem 0;max-width:46rem}
header{margin:0 .25rem 1.5rem}
header p{color:var(--muted);font-size:1.05rem}
section{margin:0 0 1rem;padding:1.1rem 1.25rem 1.25rem;background:var(--surface);border:1px solid var(--grid);border-radius:10px}
section>*+*,details>*+*{margin-top:.9rem}
summary{cursor:pointer}summary h2{display:inline}
footer{margin:1.5rem .25rem 0;color:var(--muted);font-size:.85rem}
.chart{display:block;max-width:100%;height:auto;color:var(--text)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1.5rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);font-size:.9rem;padding:0 0 .4rem}
th,td{padding:.38rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid);font-weight:400;min-width:4rem}
th:first-child{padding-left:0}td:last-child,th:last-child{padding-right:0}
thead th{font-size:.85rem;color:var(--muted);border-bottom-color:var(--muted);white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
tbody th{min-width:9rem}
.number{text-align:right;white-space:nowrap}
.badge{white-space:nowrap;font-weight:600;color:var(--muted)}
.badge.good{color:var(--good)}.badge.notice{color:var(--notice)}.badge.bad{color:var(--bad)}
.figures{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;margin-bottom:0}
.figures dt{color:var(--muted);font-size:.85rem}.figures dd{margin:0;font-size:1.45rem;line-height:1.3;font-variant-numeric:tabular-nums}
:focus-visible{outline:2px solid var(--series-1);outline-offset:2px}
@media print{:root{${light}}body{max-width:none;padding:0;background:#fff}section{border:0;padding:0;margin-bottom:1.5rem}
.chart,tr{break-inside:avoid}h2{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
