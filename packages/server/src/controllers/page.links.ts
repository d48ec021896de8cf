import type { RequestContext } from './handler.js';

/** Query parameters of other pages of the same list; undefined where there is none. */
export interface PageLinks {
  next?: Record<string, string | number> | undefined;
  prev?: Record<string, string | number> | undefined;
}

/** Tells in `Link` where the other pages of a bare list are (RFC 8288). */
export function setPageLinks(context: Pick<RequestContext, 'path' | 'setHeader'>, links: PageLinks): void {
  const entries = Object.entries(links).flatMap(([relation, query]) => {
    if (query === undefined) return [];
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query as Record<string, string | number>))
      parameters.set(name, String(value));
    return [`<${context.path}?${parameters}>; rel="${relation}"`];
  });
  if (entries.length > 0) context.setHeader('Link', entries.join(', '));
}

/** Links and total of a list that is paged by `limit` and `skip`. */
export function setSkipPage(
  context: Pick<RequestContext, 'path' | 'setHeader'>,
  page: { limit: number; skip: number; total: number },
): void {
  const { limit, skip, total } = page;
  context.setHeader('X-Total-Count', String(total));
  setPageLinks(context, {
    next: skip + limit < total ? { limit, skip: skip + limit } : undefined,
    prev: skip > 0 ? { limit, skip: Math.max(0, skip - limit) } : undefined,
  });
}

/** Link and mark of a list of messages that is paged backwards from the newest. */
export function setOlderPage(
  context: Pick<RequestContext, 'path' | 'setHeader'>,
  page: { limit: number; hasMore: boolean; before: number | null },
): void {
  context.setHeader('X-Has-More', String(page.hasMore));
  if (page.hasMore && page.before !== null)
    setPageLinks(context, { next: { limit: page.limit, before: page.before } });
}
