import type { ReferenceSection, ReferenceTable } from './reference.model.js';

const GENERATED = '<!-- Made by packages/server/scripts/write-docs.ts; do not edit. -->';

/** Sections as a Markdown document. */
export function renderMarkdown(title: string, sections: readonly ReferenceSection[]): string {
  const parts = [GENERATED, `# ${title}`];
  for (const section of sections) {
    if (section.title !== title) parts.push(`## ${section.title}`);
    parts.push(...section.intro);
    for (const entry of section.tables) {
      if (entry.title !== undefined) parts.push(`### ${entry.title}`);
      parts.push(renderTable(entry.table));
    }
  }
  return `${parts.join('\n\n')}\n`;
}

function renderTable({ columns, rows }: ReferenceTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(({ cells }) => line(cells))].join('\n');
}
