import { readFileSync } from 'node:fs';
import { routes } from '@parley/protocol';
import { environmentSchema } from '../src/config/environment.schema.js';
import { classicRoutes } from '../src/dialects/classic/classic.schema.js';
import { colonRoutes } from '../src/dialects/colon/colon.schema.js';
import { sidebarRoutes } from '../src/dialects/sidebar/sidebar.schema.js';
import { renderDocFiles } from '../src/docs-site/doc.files.js';

/** Where the documents are. */
export const docsFolder = new URL('../../../docs/', import.meta.url);

/** The tables of all dialects, as the documents show them. */
export const tables = {
  canonical: routes,
  classic: classicRoutes,
  colon: colonRoutes,
  sidebar: sidebarRoutes,
};

/** Every generated document, by its name in docs/. */
export function renderAll(): Map<string, string> {
  return renderDocFiles({
    tables,
    environment: environmentSchema,
    limitsSource: readFileSync(new URL('../../protocol/src/limits.ts', import.meta.url), 'utf8'),
  });
}
