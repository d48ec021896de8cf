import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const publicFolder = fileURLToPath(new URL('public', import.meta.url));

/** Puts the list of files that the app needs without a network into the service worker, and a version made of them. */
function precache(): Plugin {
  return {
    name: 'parley:precache',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle['sw.js'];
        if (worker?.type !== 'chunk') throw new Error('The build has no service worker');
        const fixed = readdirSync(publicFolder).sort();
        const built = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
        const version = createHash('sha256').update(built.sort().join('\n')).update(worker.code);
        const page = bundle['index.html'];
        if (page?.type === 'asset') version.update(page.source);
        for (const name of fixed) version.update(readFileSync(`${publicFolder}/${name}`));
        const files = ['/', ...[...built, ...fixed].map((name) => `/${name}`)];
        worker.code = worker.code
          .replace('__PRECACHE_FILES__', JSON.stringify(files))
          .replace('__PRECACHE_VERSION__', JSON.stringify(version.digest('hex').slice(0, 12)));
      },
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [precache()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: {
    // Our packages from their source, so that what is not used falls away, and no other build has to come first.
    conditions: ['@parley/source', 'module', 'browser', 'development|production'],
    alias: {
      'react/jsx-runtime': 'preact/jsx-runtime',
      'react-dom': 'preact/compat',
      react: 'preact/compat',
    },
  },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    modulePreload: { polyfill: false },
    // A picture inside a style sheet would count against every first load.
    assetsInlineLimit: 0,
    sourcemap: false,
    rollupOptions: {
      input: {
        app: fileURLToPath(new URL('index.html', import.meta.url)),
        sw: fileURLToPath(new URL('src/worker/service.worker.ts', import.meta.url)),
      },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
});
