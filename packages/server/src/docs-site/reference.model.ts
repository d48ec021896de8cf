/** A table of the reference; cells are text in which backticks mark code. */
export interface ReferenceTable {
  columns: string[];
  rows: { id?: string; cells: string[] }[];
}

/** A section of the reference: rendered as HTML for the server's own page and as Markdown for the repository. */
export interface ReferenceSection {
  id: string;
  title: string;
  /** Paragraphs. */
  intro: string[];
  tables: { title?: string; table: ReferenceTable }[];
}
