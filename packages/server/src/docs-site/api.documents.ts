import absolutePath from 'swagger-ui-dist/absolute-path.js';
import { createAsyncApi } from './asyncapi.js';
import type { RouteTables } from './documented.route.js';
import { escapeHtml, renderContents, renderPage, renderSection } from './html.page.js';
import { createOpenApi } from './openapi.js';
import {
  describeCloseCodes,
  describeEndpoints,
  describeErrorCodes,
  describeEvents,
  describeLimits,
} from './reference.sections.js';
import { STYLE_SHEET } from './style.sheet.js';

/** What the documents need to know of the server. */
export interface DocumentsOptions {
  /** Where this server can be reached, without a slash at the end. */
  url: string;
  version: string;
  cookieName: string;
  dialect: 'canonical' | 'sidebar';
  tables: RouteTables;
}

/** All documents of the interfaces, made from the tables that serve them. About 150 ms, so made when first asked for. */
export function buildApiDocuments(options: DocumentsOptions) {
  return {
    openApi: createOpenApi(options),
    asyncApi: createAsyncApi(options),
    referencePage: renderReference(options),
    restPage: renderPage({
      title: 'Parley: REST',
      head: '<link rel="stylesheet" href="/api/docs/swagger/swagger-ui.css">\n',
      body: `<nav aria-label="Documents"><a href="/api/docs">Reference</a><a href="/api/openapi.json">OpenAPI</a></nav>
<main><div id="rest"><p>The forms need JavaScript. The <a href="/api/openapi.json">document</a> itself does not.</p></div></main>
<script src="/api/docs/swagger/swagger-ui-bundle.js" defer></script>
<script src="/api/docs/rest.js" defer></script>`,
    }),
    styleSheet: STYLE_SHEET,
    restScript: START_SWAGGER,
    swaggerUiRoot: absolutePath(),
  };
}

// Its dark style goes by a class, and knows nothing of what the reader prefers. No validator: it would send the document
// to a foreign server.
const START_SWAGGER = `const darkness = matchMedia('(prefers-color-scheme: dark)');
const followReader = () => document.documentElement.classList.toggle('dark-mode', darkness.matches);
followReader();
darkness.addEventListener('change', followReader);
SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#rest',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  withCredentials: true,
});
`;

const firstSteps = (url: string) => `curl -X POST ${url}/api/auth/register \\
  -H 'Content-Type: application/json' \\
  -d '{ "username": "john_doe", "email": "john@example.com", "password": "Password123" }'

curl -X POST ${url}/api/messages/send \\
  -H 'Content-Type: application/json' -H 'Authorization: Bearer TOKEN' \\
  -d '{ "to": "RECIPIENT_USER_ID", "content": "Hello there!" }'`;

function renderReference({ version, url, tables }: DocumentsOptions): string {
  const sections = [
    describeEndpoints(tables),
    describeEvents(),
    describeErrorCodes(tables),
    describeLimits(),
    describeCloseCodes(),
  ];
  return renderPage({
    title: 'Parley: reference',
    body: `<header class="reference">
<h1>Parley ${version}</h1>
<p>Everything that clients can ask of this server. To try it out: the <a href="/api/docs/rest">REST interface</a>. For
generators: <a href="/api/openapi.json">OpenAPI</a>, <a href="/api/asyncapi.json">AsyncAPI</a>.</p>
<pre tabindex="0"><code>${escapeHtml(firstSteps(url))}</code></pre>
</header>
${renderContents(sections)}
<main class="reference">
${sections.map(renderSection).join('\n')}
</main>`,
  });
}
