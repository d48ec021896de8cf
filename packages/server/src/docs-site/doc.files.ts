import type { z } from 'zod';
import type { RouteTables } from './documented.route.js';
import { renderMarkdown } from './markdown.js';
import type { ReferenceSection } from './reference.model.js';
import {
  describeCloseCodes,
  describeErrorCodes,
  describeEvents,
  describeLimits,
} from './reference.sections.js';

/** What the documents of the repository are made from. */
export interface DocFileSources {
  tables: RouteTables;
  /** The schema of the environment; each variable's meta holds `description`, `byDefault` and `example`. */
  environment: z.ZodObject;
  /** Text of the source that holds the table of limits: what it says of them stands in comments. */
  limitsSource: string;
}

/** The documents that repeat a table, by their name in docs/; a test fails when one of them is stale. */
export function renderDocFiles({ tables, environment, limitsSource }: DocFileSources): Map<string, string> {
  return new Map([
    ['errors.md', renderMarkdown('Errors', [describeErrorCodes(tables)])],
    ['limits.md', renderMarkdown('Limits', [describeLimits(readComments(limitsSource))])],
    ['events.md', renderMarkdown('Events', [describeEvents(), describeCloseCodes()])],
    ['configuration.md', renderMarkdown('Configuration', [describeEnvironment(environment)])],
  ]);
}

/** The comment above each entry of a table, on one line. */
function readComments(source: string): Map<string, string> {
  const comments = new Map<string, string>();
  for (const match of source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*([A-Za-z]+):/g)) {
    const text = (match[1] as string)
      .replace(/^\s*\*/gm, '')
      .replace(/\s+/g, ' ')
      .trim();
    comments.set(match[2] as string, text);
  }
  return comments;
}

function describeEnvironment(environment: z.ZodObject): ReferenceSection {
  const rows = Object.entries(environment.shape).map(([name, schema]) => {
    const { description, byDefault, example } = (schema as z.ZodType).meta() as {
      description: string;
      byDefault?: string;
      example?: string;
    };
    return {
      cells: [
        `\`${name}\``,
        byDefault ?? '',
        example === undefined ? description : `${description} For example \`${example}\``,
      ],
    };
  });
  return {
    id: 'configuration',
    title: 'Configuration',
    intro: [
      'Parley reads its configuration from the environment once, at the start, and from a `.env` file in the current folder; the environment wins. Nothing has to be set. An empty value counts as unset.',
      'A wrong value stops the start with every bad name and the reason; values are never printed. Lengths of time read like `7d`, `12h`, `15m`, `30s` or, in seconds, `3600`.',
    ],
    tables: [{ table: { columns: ['Variable', 'Default', 'About'], rows } }],
  };
}
