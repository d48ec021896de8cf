import type { ReferenceSection, ReferenceTable } from './reference.model.js';

/** A page around a body that is HTML already. No inline script and no inline style: the server's policy allows none. */
export function renderPage(options: { title: string; head?: string; body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(options.title)}</title>
<link rel="icon" href="/api/docs/swagger/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/docs.css">
${options.head ?? ''}</head>
<body>
${options.body}
</body>
</html>
`;
}

/** Links to the sections of a page. */
export function renderContents(sections: readonly ReferenceSection[]): string {
  const links = sections.map(({ id, title }) => `<a href="#${id}">${escapeHtml(title)}</a>`);
  return `<nav aria-label="Sections">${links.join('\n')}</nav>`;
}

/** A section with its tables. */
export function renderSection(section: ReferenceSection): string {
  const tables = section.tables.map(({ title, table }, index) => {
    const label = `${section.id}-${index}`;
    const heading = title === undefined ? '' : `<h3 id="${label}">${renderText(title)}</h3>`;
    // The section has the name of its heading already.
    const name =
      title === undefined ? `aria-label="Table: ${escapeHtml(section.title)}"` : `aria-labelledby="${label}"`;
    return `${heading}${renderTable(table, name)}`;
  });
  const intro = section.intro.map((paragraph) => `<p>${renderText(paragraph)}</p>`);
  return `<section aria-labelledby="${section.id}">
<h2 id="${section.id}">${escapeHtml(section.title)}</h2>
${intro.join('\n')}
${tables.join('\n')}
</section>`;
}

/** Wide tables scroll within themselves, by keyboard as well. */
function renderTable({ columns, rows }: ReferenceTable, name: string): string {
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('');
  const body = rows.map(({ id, cells }) => {
    const anchor = id === undefined ? '' : ` id="${escapeHtml(id)}"`;
    return `<tr${anchor}>${cells.map((cell, index) => renderCell(cell, columns[index])).join('')}</tr>`;
  });
  return `<div class="table" role="region" tabindex="0" ${name}><table><thead><tr>${head}</tr></thead><tbody>
${body.join('\n')}
</tbody></table></div>`;
}

/** On a phone a row is a block, and its later cells say what they are. */
function renderCell(cell: string, column: string | undefined): string {
  const label =
    cell === '' || column === undefined || SELF_EXPLAINING.has(column)
      ? ''
      : ` data-label="${escapeHtml(column)}"`;
  return `<td${label}>${renderText(cell)}</td>`;
}

const SELF_EXPLAINING = new Set([
  'Code',
  'Limit',
  'Event',
  'Method',
  'Path',
  'Meaning',
  'Frame',
  'Reason',
  'About',
  'Dialect',
]);

/** Text with `code` and [links](/path). */
function renderText(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`')
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : escapeHtml(part).replace(/\[([^\]]+)\]\((\/[^)]*)\)/g, '<a href="$2">$1</a>'),
    )
    .join('');
}

/** Text as it stands, in HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
