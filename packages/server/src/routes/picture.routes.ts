import { ParleyError } from '@parley/protocol';
import type { Express } from 'express';
import type { PictureService } from '../services/contracts.js';
import { refuseMethod } from './route.mount.js';

const PATH = '/api/pictures/:userId';

/** Serves profile pictures to everybody: an `<img>` carries no token. */
export function servePictures(app: Express, pictures: Pick<PictureService, 'find'>): void {
  app.get(PATH, async (request, response) => {
    response.locals.route = PATH;
    const picture = await pictures.find(request.params.userId);
    if (picture === null) throw new ParleyError('not_found');
    // Another picture has another address. Front ends of other origins may show it, too.
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.type(picture.type).send(picture.bytes);
  });
  app.all(PATH, refuseMethod(['GET']));
}
