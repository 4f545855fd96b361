const LIGHT = `--page:#fff;--panel:#f5f7f9;--ink:#18212b;--soft:#55626f;--rule:#d9dfe5;--grid:#e7ebef;
--accent:#0b62b8;--chosen:#c2500a;--oracle:#7a4fb5;--good:#0c6b58;--good-panel:#e6f4f0;--caution:#8a4b00;--caution-panel:#fdf1e0;
--t1:#acd6e2;--t2:#93cadb;--t3:#78bdd2;--t4:#4aa0c3;--t5:#2678a8;--t6:#1d5e93;--t7:#184577;--t8:#122b57;
--on-low:#10233a;--on-high:#fff`

// In the dark the palette turns round: the flagship keeps the greatest contrast to the page.
const DARK = `--page:#12161b;--panel:#1b2129;--ink:#e8edf2;--soft:#a3b0bd;--rule:#333d48;--grid:#252d36;
--accent:#6db3f8;--chosen:#ff9d57;--oracle:#bd9bf0;--good:#63d3b6;--good-panel:#12302a;--caution:#f5bd6f;--caution-panel:#35270f;
--t1:#2a5d7a;--t2:#2a6585;--t3:#2b6f92;--t4:#2f7ca2;--t5:#5aadcd;--t6:#7fc1d9;--t7:#a5d6e6;--t8:#d4ecf3;
--on-low:#fff;--on-high:#0d1b2a`

const TIERS = [1, 2, 3, 4, 5, 6, 7, 8]
  .map((i) => `.tier-${i}{fill:var(--t${i})}.on-tier-${i}{fill:var(--on-${i <= 4 ? "low" : "high"})}`)
  .join("\n")

/** The report's style sheet. */
export const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
header,main{max-width:1040px;margin:0 auto;padding:0 40px}
header{padding-top:44px}
h1{font-size:30px;line-height:1.2;margin:0;letter-spacing:-.01em}
header p{margin:6px 0 0;color:var(--soft)}
section{margin:44px 0 0;break-inside:auto}
section:last-child{padding-bottom:56px}
h2{font-size:21px;line-height:1.3;margin:0 0 12px}
h3{font-size:15px;margin:0 0 2px}
p,ul{margin:0 0 14px;max-width:76ch}
ul{padding-left:20px}
li{margin:3px 0}
#headline>p:first-of-type{font-size:19px;line-height:1.5}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em}
code{background:var(--panel);border-radius:4px;padding:1px 5px;overflow-wrap:anywhere}
pre{background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:12px 14px;margin:0 0 14px;white-space:pre-wrap;overflow-wrap:anywhere}
pre code{background:none;padding:0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:14px;margin:20px 0}
.facts div{background:var(--panel);border-radius:10px;padding:14px 16px}
.facts dt{color:var(--soft);font-size:14px}
.facts dd{margin:0}
.facts .value{font-size:29px;font-weight:650;line-height:1.25;letter-spacing:-.01em}
.facts .note{color:var(--soft);font-size:13px;line-height:1.4}
.callout{border-left:4px solid;border-radius:4px 10px 10px 4px;padding:12px 16px;margin:20px 0}
.callout p{margin:2px 0 0;color:var(--ink)}
.good{border-color:var(--good);background:var(--good-panel)}
.good strong{color:var(--good)}
.caution{border-color:var(--caution);background:var(--caution-panel)}
.caution strong{color:var(--caution)}
figure{margin:18px 0 26px;break-inside:avoid}
figcaption{color:var(--soft);font-size:14px;max-width:84ch;margin-top:8px}
.figures{display:flex;flex-wrap:wrap;gap:22px}
.figures>div{flex:0 1 auto;min-width:0}
.figures>div:only-child{flex:1 1 100%}
svg{display:block;width:100%;height:auto;overflow:visible;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.figures>div:not(:only-child) svg{width:290px}
svg.narrow{display:none}
.grid{stroke:var(--grid)}
.frame{stroke:var(--soft)}
.tick,.axis{fill:var(--soft)}
.label{fill:var(--ink);paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}
.strong{font-weight:650}
.leader{stroke:var(--soft);stroke-width:.8}
.whisker{stroke:var(--accent);stroke-opacity:.4;fill:none}
.frontier,.mix,.oracle{fill:none;stroke-width:2}
.frontier{stroke:var(--accent)}
.mix{stroke:var(--soft);stroke-dasharray:6 4;stroke-width:1.4}
.oracle{stroke:var(--oracle);stroke-dasharray:1.5 4;stroke-linecap:round}
.dot{fill:var(--accent)}
.baseline{fill:var(--page);stroke:var(--ink);stroke-width:1.6}
.halo{fill:var(--chosen);fill-opacity:.2}
.chosen{fill:var(--chosen);stroke:var(--page);stroke-width:1.5}
.floor,.diagonal{stroke:var(--soft);stroke-dasharray:3 3}
.gap{stroke:var(--accent);stroke-opacity:.45;stroke-width:1.5}
.bin{fill:var(--accent);fill-opacity:.82}
.share{font-size:11.5px}
${TIERS}
table{border-collapse:collapse;width:100%;margin:18px 0 24px;font-size:14px;line-height:1.4}
caption{text-align:left;color:var(--soft);font-size:14px;padding-bottom:6px}
th,td{padding:7px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);font-weight:400}
thead th{color:var(--soft);font-size:13px;vertical-align:bottom;border-bottom:1px solid var(--soft)}
tbody th{overflow-wrap:anywhere;min-width:175px}
td.text{overflow-wrap:anywhere}
.number{text-align:right}
td.number{white-space:nowrap}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
.marked>*{background:var(--panel);font-weight:650}
tr.marked>:first-child{padding-left:8px}
tr.marked>:last-child{padding-right:8px}
@media (max-width:720px){
header,main{padding-left:20px;padding-right:20px}
header{padding-top:28px}
h1{font-size:25px}
#headline>p:first-of-type{font-size:17px}
svg.wide{display:none}
svg.narrow{display:block;margin:0 auto}
.figures>div:not(:only-child){margin:0 auto}
table,caption,tbody,tr,tbody th,td{display:block}
thead{display:none}
tbody tr{border:1px solid var(--rule);border-radius:8px;padding:8px 12px;margin:0 0 10px}
tbody th,td{border:0;padding:2px 0}
tr.marked>:first-child,tr.marked>:last-child{padding:2px 0}
tbody th{font-weight:650;min-width:0}
td{display:flex;justify-content:space-between;gap:16px;text-align:right}
td:empty{display:none}
td::before{content:attr(data-label);color:var(--soft);font-weight:400;text-align:left;flex:none;max-width:58%}
td.number{white-space:normal}
.marked{background:var(--panel)}
}
@media print{
:root{${LIGHT}}
body{font-size:12px}
header,main{max-width:none;padding:0}
section{margin-top:26px}
tr,pre,.facts,.callout{break-inside:avoid}
h2{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`
