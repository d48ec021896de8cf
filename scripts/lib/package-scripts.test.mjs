import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inRoot } from './paths.mjs';

/** @type {Record<string, string>} */
const scripts = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).scripts;

// npm hands a signal to the shell that runs the script, and that shell does not pass it on: without `exec` the server
// goes on after its npm has ended.
it.each(['start', 'dev'])('npm run %s is the server itself, not a shell around it', (name) => {
  expect(scripts[name]).toMatch(/^exec node (?:--[a-z-]+(?:=\d+)? )*scripts\/\w+\.mjs$/);
});
