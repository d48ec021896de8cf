// How the size of the client is measured: everything that it exports, in one minified file, as an application bundles it.
import { inRoot, sourceCondition } from './paths.mjs';

export default {
  root: inRoot('packages/client'),
  resolve: { conditions: [sourceCondition, 'module', 'browser', 'production'] },
  build: {
    lib: { entry: inRoot('packages/client/src/index.ts'), formats: ['es'], fileName: 'client' },
    minify: true,
    emptyOutDir: true,
  },
};
