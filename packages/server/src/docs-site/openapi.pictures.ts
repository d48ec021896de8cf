import { z } from 'zod';
import { describeErrors } from './openapi.errors.js';

const params = z.object({ userId: z.string().meta({ description: 'Id of the user' }) });
const bytes = { schema: { type: 'string', format: 'binary' } };

/** The one endpoint that answers with bytes and not with JSON, so it is in no table of routes (`routes/picture.routes.ts`). */
export const picturePaths = {
  '/api/pictures/{userId}': {
    get: {
      operationId: 'getPicture',
      summary: "A user's profile picture, as `profilePicture` names it",
      tags: ['Users'],
      security: [],
      requestParams: {
        path: params,
        query: z.object({
          v: z.string().optional().meta({
            description: 'Version: another picture has another address, so this one is cached for good',
          }),
        }),
      },
      responses: {
        '200': {
          description: 'The picture',
          content: { 'image/png': bytes, 'image/jpeg': bytes, 'image/webp': bytes },
        },
        ...describeErrors({
          method: 'GET',
          path: '/api/pictures/:userId',
          auth: false,
          tag: 'Users',
          summary: '',
          status: 200,
          result: z.unknown(),
          errors: ['not_found'],
        }),
      },
    },
  },
};
