import type { Express } from 'express';
import { refuseMethod } from './route.mount.js';

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
const SWAGGER_FILES = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

/** Serves `/api/openapi.json`, `/api/asyncapi.json` and the pages under `/api/docs`; all of it works offline. */
export function serveDocuments(app: Express, documents: () => ApiDocuments): void {
  const serve = (path: string, type: string, read: (all: ApiDocuments) => string) => {
    let body: string | undefined;
    app.get(path, (_request, response) => {
      response.locals.route = path;
      response.setHeader('Cache-Control', 'no-cache');
      body ??= read(documents());
      response.type(type).send(body);
    });
    app.all(path, refuseMethod(['GET']));
  };
  serve('/api/openapi.json', 'application/json', ({ openApi }) => JSON.stringify(openApi));
  serve('/api/asyncapi.json', 'application/json', ({ asyncApi }) => JSON.stringify(asyncApi));
  serve('/api/docs', 'html', ({ referencePage }) => referencePage);
  serve('/api/docs/rest', 'html', ({ restPage }) => restPage);
  serve('/api/docs/docs.css', 'css', ({ styleSheet }) => styleSheet);
  serve('/api/docs/rest.js', 'js', ({ restScript }) => restScript);
  app.get('/api/docs/swagger/:file', (request, response, next) => {
    response.locals.route = '/api/docs/swagger/:file';
    const { file } = request.params;
    if (!SWAGGER_FILES.has(file)) next();
    else
      response.sendFile(
        file,
        { root: documents().swaggerUiRoot, maxAge: '1d' },
        (error) => error && next(error),
      );
  });
}
