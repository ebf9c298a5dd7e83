/** What the page of runs needs beside the style of every page. */
export const runsStyle = `
body{max-width:78rem}
.tall{max-height:34rem;overflow:auto;border-bottom:1px solid var(--grid)}
.runs thead th{position:sticky;top:0;z-index:1;background:var(--surface);vertical-align:bottom;box-shadow:inset 0 -1px var(--muted)}
.runs thead th:first-child,.runs tbody th{position:sticky;left:0;background:var(--surface)}
.runs thead th:first-child{z-index:2}
.runs caption,.scroll caption{position:sticky;left:0}
.runs th,.runs td{min-width:0;padding-inline:.55rem}
.runs tbody th{white-space:nowrap;min-width:9rem}
.runs .name{display:inline-block;max-width:16rem;overflow:hidden;text-overflow:ellipsis;vertical-align:bottom}
.runs .time{white-space:nowrap;color:var(--muted)}
.runs td.text,.differences td{max-width:18rem}
.runs tbody tr.on>*{background:color-mix(in srgb,var(--series-1) 12%,var(--surface))}
.runs tbody tr:hover>*{background:color-mix(in srgb,var(--series-1) 9%,var(--surface))}
.kind{display:block;color:var(--muted);font-weight:400;font-size:.72rem;letter-spacing:.04em;text-transform:uppercase}
th.kind{display:table-cell;padding-top:1.1rem;border-bottom-color:var(--muted)}
.differences tbody th{padding-right:1.5rem}
.differences td{min-width:7rem}
.controls label{white-space:nowrap}
.none{color:var(--muted);font-weight:400}
.swatch{display:inline-block;width:.68em;height:.68em;border-radius:50%;margin-right:.55em;background:var(--c);border:2px solid var(--c);box-sizing:border-box}
.swatch.ring{background:none}
.swatch.other{--c:var(--grid)}${[1, 2, 3, 4, 5, 6].map((n) => `.s${n}{--c:var(--series-${n})}`).join("")}
th button{all:unset;cursor:pointer;display:inline-block}
th button:hover{color:var(--text)}
th button:focus-visible{outline:2px solid var(--series-1);outline-offset:2px}
th[aria-sort] button{color:var(--text);font-weight:600}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;color:var(--muted);font-size:.9rem}
.controls[hidden]{display:none}
.controls select{font:inherit;color:var(--text);background:var(--surface);border:1px solid var(--reference);border-radius:6px;padding:.2rem .4rem;max-width:16rem}
.controls input{accent-color:var(--series-1);vertical-align:middle;width:11rem}
.controls output{font-variant-numeric:tabular-nums;color:var(--text)}
.columns{grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr))}
.columns .chart{width:100%}
.scroll>.chart{min-width:44rem;width:100%}
.raw{opacity:.22}
.focus .chart [data-item]:not(.on){opacity:.1}
.focus .chart [data-item].on{stroke-opacity:1;fill-opacity:1}
.images{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:1.25rem}
figure{margin:0}
figure img{display:block;max-width:100%;max-height:20rem;border:1px solid var(--grid);border-radius:6px;background:#fff}
figcaption{margin-top:.35rem;font-size:.9rem;overflow-wrap:anywhere}
@media print{.controls{display:none}.tall{max-height:none;overflow:visible}}
`;
