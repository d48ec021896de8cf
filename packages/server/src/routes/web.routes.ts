import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';

/** Serves the built web app; as long as there is none, a page at the root that says where the documents are. */
export function serveWebApp(app: Express, webRoot: string): void {
  const files = express.static(webRoot, {
    // Vite puts a hash of the content into the names of files in assets/; the rest is asked for again each time.
    setHeaders(response, path) {
      const isHashed = path.startsWith(join(webRoot, 'assets') + sep);
      response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
    redirect: false,
  });
  const openView = createViewOpener(webRoot);
  app.use((request, response, next) => {
    // No look at the disk for what is no file of the app.
    if (API_PATHS.test(request.path)) next();
    else
      files(request, response, (error?: unknown) =>
        error === undefined ? openView(request, response, next) : next(error),
      );
  });
  app.get('/', (_request, response) => {
    response.locals.route = '/';
    response.setHeader('Cache-Control', 'no-cache');
    response.type('html').send(LANDING_PAGE);
  });
}

/** First parts of paths that are never the web app's. */
const API_PATHS = /^\/(api|socket\.io|ws|metrics|live|ready|users|conversations|messages)(\/|$)/;

/** A person who opens the address of a view gets the app, which finds the view itself. */
function createViewOpener(webRoot: string): RequestHandler {
  return (request, response, next) => {
    const isPageLoad = request.method === 'GET' && /\btext\/html\b/.test(request.get('Accept') ?? '');
    const isView = /^[\w/-]+$/.test(request.path) && !request.path.startsWith('/assets/');
    // Looked at each time: the app may be built while the server runs.
    if (!isPageLoad || !isView || !existsSync(join(webRoot, 'index.html'))) {
      next();
      return;
    }
    response.locals.route = 'view';
    response.sendFile('index.html', { root: webRoot, headers: { 'Cache-Control': 'no-cache' } }, (error) => {
      if (error !== undefined) next(error);
    });
  };
}

const LANDING_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley</title>
<link rel="icon" href="/api/docs/swagger/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/docs.css">
</head>
<body>
<main class="reference">
<h1>Parley</h1>
<p>The chat server runs. The web app is not built; the API is there:</p>
<ul>
<li><a href="/api/docs">API documents</a></li>
<li><a href="/api/docs/rest">REST, to try out</a></li>
<li><a href="/api/health">Health</a></li>
</ul>
</main>
</body>
</html>
`;
