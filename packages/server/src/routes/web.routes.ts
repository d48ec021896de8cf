import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';

/** Serves the built web app, or a page that says where the documents are as long as there is none. */
export function serveWebApp(app: Express, webRoot: string): void {
  if (!existsSync(join(webRoot, 'index.html'))) {
    app.get('/', (_request, response) => {
      response.locals.route = '/';
      response.setHeader('Cache-Control', 'no-cache');
      response.type('html').send(LANDING_PAGE);
    });
    return;
  }
  app.use(
    express.static(webRoot, {
      // Vite puts a hash of the content into the names of files in assets/; the rest is asked for again each time.
      setHeaders(response, path) {
        const isHashed = path.startsWith(join(webRoot, 'assets') + sep);
        response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
      redirect: false,
    }),
  );
  app.use(openViews(webRoot));
}

/** First parts of paths that are never a view of the web app. */
const NO_VIEWS = /^\/(api|socket\.io|ws|assets|metrics|live|ready|users|conversations|messages)(\/|$)/;

/** A person who opens the address of a view gets the app, which finds the view itself. */
function openViews(webRoot: string): RequestHandler {
  return (request, response, next) => {
    const isPageLoad = request.method === 'GET' && /\btext\/html\b/.test(request.get('Accept') ?? '');
    if (!isPageLoad || NO_VIEWS.test(request.path) || !/^[\w/-]+$/.test(request.path)) {
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
