import type { Express } from 'express';
import express from 'express';

/** The API documents, ready to be sent. */
export interface ApiDocuments {
  openApi: object;
  asyncApi: object;
  /** HTML of `/api/docs`. */
  referencePage: string;
  /** HTML of `/api/docs/rest`. */
  restPage: string;
  styleSheet: string;
  /** Starts Swagger UI; a file of its own, as the Content-Security-Policy allows no inline script. */
  restScript: string;
  /** Folder of Swagger UI's own files. */
  swaggerUiRoot: string;
}

/** What the page needs of Swagger UI; the rest of its folder is not served. */
const SWAGGER_FILES = new Set(['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png']);

/** Serves `/api/openapi.json`, `/api/asyncapi.json` and the pages under `/api/docs`; all of it works offline. */
export function serveDocuments(app: Express, documents: ApiDocuments): void {
  const serve = (path: string, type: string, body: string) =>
    app.get(path, (_request, response) => {
      response.locals.route = path;
      response.setHeader('Cache-Control', 'no-cache');
      response.type(type).send(body);
    });
  serve('/api/openapi.json', 'application/json', JSON.stringify(documents.openApi));
  serve('/api/asyncapi.json', 'application/json', JSON.stringify(documents.asyncApi));
  serve('/api/docs', 'html', documents.referencePage);
  serve('/api/docs/rest', 'html', documents.restPage);
  serve('/api/docs/docs.css', 'css', documents.styleSheet);
  serve('/api/docs/rest.js', 'js', documents.restScript);
  const files = express.static(documents.swaggerUiRoot, { index: false, maxAge: '1d' });
  app.use('/api/docs/swagger', (request, response, next) => {
    response.locals.route = '/api/docs/swagger';
    if (SWAGGER_FILES.has(request.path)) files(request, response, next);
    else next();
  });
}
