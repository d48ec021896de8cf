/** The style of the documents: light and dark, down to the width of a phone. */
export const STYLE_SHEET = `
:root {
  color-scheme: light dark;
  --text: #1c2430; --soft: #566173; --page: #ffffff; --panel: #f5f7fa; --line: #dde3ea; --accent: #1a5fb4; --mark: #fff3c4;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e8ee; --soft: #a0abba; --page: #12161c; --panel: #1b212a; --line: #303945; --accent: #7fb4f5; --mark: #4a3f12; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; color: var(--text); background: var(--page); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header.page { max-width: 76rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-bottom: 5rem; }
header.page { padding-top: 2.5rem; }
h1 { margin: 0 0 .5rem; font-size: 2rem; line-height: 1.2; letter-spacing: -.02em; }
h2 { margin: 3rem 0 .5rem; font-size: 1.4rem; letter-spacing: -.01em; }
h3 { margin: 2rem 0 .5rem; font-size: 1.05rem; }
p { max-width: 46rem; margin: .5rem 0; color: var(--soft); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
nav { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; max-width: 76rem; margin: 1rem auto 0; padding: .75rem 1.25rem; background: var(--page); border-bottom: 1px solid var(--line); }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { padding: .1em .3em; border-radius: 4px; background: var(--panel); overflow-wrap: anywhere; }
pre { margin: 1rem 0; padding: 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
pre code { padding: 0; background: none; overflow-wrap: normal; }
.table { margin: .75rem 0; overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { width: 100%; border-collapse: collapse; font-size: .925rem; }
th, td { padding: .5rem .75rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; background: var(--panel); white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
td:first-child code { white-space: nowrap; overflow-wrap: normal; }
td { min-width: 6rem; }
tr:target td, h3:target { background: var(--mark); }
ul { padding-left: 1.25rem; }
.swagger-ui .info { margin: 1.5rem 0; }
@media (max-width: 40rem) {
  h1 { font-size: 1.6rem; }
  main, header.page, nav { padding-left: 1rem; padding-right: 1rem; }
  nav { position: static; }
  html { scroll-padding-top: 1rem; }
}
@media (prefers-color-scheme: dark) {
  body.rest { background: #ffffff; color: #1c2430; color-scheme: light; }
}
`.trimStart();
