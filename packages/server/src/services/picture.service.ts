import { createHash } from 'node:crypto';
import { limits, ParleyError } from '@parley/protocol';
import type { PictureStore } from '../models/picture.store.js';
import { detectPictureType, pathOfPicture } from '../policies/picture.policy.js';
import type { AccountService, PictureService } from './contracts.js';

export interface PictureServiceDeps {
  store: PictureStore;
  accounts: Pick<AccountService, 'updateProfile'>;
}

/** Characters of the hash that tell one picture of a user from the next. */
const VERSION_LENGTH = 12;

/** Keeps profile pictures, as they were sent. */
export function createPictureService({ store, accounts }: PictureServiceDeps): PictureService {
  return {
    async set(actor, image) {
      const bytes = Buffer.from(image, 'base64');
      const type = detectPictureType(bytes);
      if (type === undefined) throw refuse('is neither a PNG, a JPEG nor a WebP picture');
      if (bytes.length > limits.pictureMaxBytes)
        throw refuse(`has more than ${limits.pictureMaxBytes} bytes`);
      await store.put(actor.userId, { type, bytes });
      const version = createHash('sha256').update(bytes).digest('hex').slice(0, VERSION_LENGTH);
      return accounts.updateProfile(actor, { profilePicture: pathOfPicture(actor.userId, version) });
    },

    find: (userId) => store.find(userId),
  };
}

function refuse(message: string): ParleyError {
  return new ParleyError('invalid_request', { issues: [{ path: 'image', message }] });
}
