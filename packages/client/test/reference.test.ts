import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { expect, it } from 'vitest';

it('has a reference in which nothing that is exported lacks its description', async () => {
  const options = fileURLToPath(new URL('../typedoc.json', import.meta.url));
  const app = await Application.bootstrap({ options, logLevel: 'Error' });
  const project = await app.convert();
  expect(project?.getChildByName('createChatClient')).toBeDefined();
  app.validate(project!);
  expect({ errors: app.logger.errorCount, warnings: app.logger.warningCount }).toEqual({
    errors: 0,
    warnings: 0,
  });
}, 60_000);
