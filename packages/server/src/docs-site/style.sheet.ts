/** The style of the documents: light and dark, down to the width of a phone. Swagger UI brings its own. */
export const STYLE_SHEET = `
:root {
  --text: #1c2430; --soft: #566173; --page: #ffffff; --panel: #f5f7fa; --line: #dde3ea; --accent: #1a5fb4; --mark: #fff3c4;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e8ee; --soft: #a0abba; --page: #12161c; --panel: #1b212a; --line: #303945; --accent: #7fb4f5; --mark: #4a3f12; }
}
:root { scroll-padding-top: 4rem; color-scheme: light dark; }
body { margin: 0; color: var(--text); background: var(--page); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
nav { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; max-width: 76rem; box-sizing: border-box; margin: 1rem auto 0; padding: .75rem 1.25rem; background: var(--page); border-bottom: 1px solid var(--line); }
nav a { color: var(--accent); text-decoration: none; }
nav a:hover { text-decoration: underline; }
.reference { box-sizing: border-box; max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
main.reference { padding-bottom: 5rem; }
.reference h1 { margin: 2.5rem 0 .5rem; font-size: 2rem; line-height: 1.2; letter-spacing: -.02em; }
.reference h2 { margin: 3rem 0 .5rem; font-size: 1.4rem; letter-spacing: -.01em; }
.reference h3 { margin: 2rem 0 .5rem; font-size: 1.05rem; }
.reference p { max-width: 46rem; margin: .5rem 0; color: var(--soft); }
.reference a { color: var(--accent); }
.reference ul { padding-left: 1.25rem; }
.reference code, .reference pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.reference code { padding: .1em .3em; border-radius: 4px; background: var(--panel); overflow-wrap: anywhere; }
.reference pre { margin: 1rem 0; padding: 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
.reference pre code { padding: 0; background: none; overflow-wrap: normal; }
.table { margin: .75rem 0; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
.table table { width: 100%; border-collapse: collapse; font-size: .925rem; }
.table th, .table td { padding: .5rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
.table th { font-weight: 600; background: var(--panel); white-space: nowrap; }
.table tbody tr:last-child td { border-bottom: 0; }
.table td:first-child code { white-space: nowrap; overflow-wrap: normal; }
tr:target td, h3:target { background: var(--mark); }
@media (max-width: 40rem) {
  :root { scroll-padding-top: 1rem; }
  nav { position: static; padding: .75rem 1rem; }
  .reference { padding: 0 1rem; }
  .reference h1 { font-size: 1.6rem; }
  .table thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .table table, .table tbody, .table tr, .table td { display: block; }
  .table tr { padding: .6rem .75rem; border-bottom: 1px solid var(--line); }
  .table tbody tr:last-child { border-bottom: 0; }
  .table td { padding: .1rem 0; border: 0; }
  .table td:first-child code { white-space: normal; overflow-wrap: anywhere; }
  .table td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .85em; }
}
/* Swagger UI, where its colours are hard to read (WCAG 2.2 AA asks for 4.5 to 1) or end beside ours. */
:root { --red: #c3262b; --green: #1b7a4b; --grey: #566173; --lime: #4b6b00; }
:root.dark-mode { --page: #1c2022; --red: #ff8a8a; --green: #49cc90; --grey: #45505f; --lime: #2c6b33; }
#rest .opblock-summary-method { color: #10151c; text-shadow: none; }
#rest .info .title small { background: var(--grey); }
#rest .info .title small.version-stamp { background: var(--lime); }
#rest .info a, #rest .info .url { color: var(--accent); }
#rest .btn.authorize { color: var(--green); border-color: var(--green); }
#rest .btn.authorize svg { fill: var(--green); }
#rest .btn.cancel { color: var(--red); border-color: var(--red); }
#rest .btn.execute { color: #ffffff; background: #1a5fb4; border-color: #1a5fb4; }
#rest .highlight-code span[style*="rgb(211, 99, 99)"] { color: #f29a9a !important; }
#rest .examples-select__section-label { color: var(--text); }
@media (max-width: 40rem) {
  #rest .wrapper { padding: 0 .75rem; }
  #rest .opblock-tag { flex-wrap: wrap; }
  #rest .opblock-tag small { flex-basis: 100%; padding: 0; order: 1; }
  #rest .responses-table, #rest .responses-table tbody, #rest .response, #rest .response > td { display: block; }
  #rest .response > td { padding: .25rem 0; }
  #rest .responses-table thead, #rest .response > td.response-col_links { display: none; }
}
`.trimStart();
