// Writes the documents that repeat a table of the source. From the root of the checkout:
// npx tsx --conditions=@parley/source packages/server/scripts/write-docs.ts
import { writeFileSync } from 'node:fs';
import { docsFolder, renderAll } from './doc-sources.js';

for (const [name, text] of renderAll()) writeFileSync(new URL(name, docsFolder), text);
