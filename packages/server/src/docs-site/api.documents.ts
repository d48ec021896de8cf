/** What the documents need to know of the server. */
export interface DocumentsOptions {
  version: string;
  cookieName: string;
  dialect: 'canonical' | 'sidebar';
}
/** stub */
export function buildApiDocuments(options: DocumentsOptions) {
  return { openApi: { openapi: '3.1.0', info: { version: options.version } }, asyncApi: {}, referencePage: '', restPage: '', styleSheet: '', restScript: '', swaggerUiRoot: '/nonexistent' };
}
