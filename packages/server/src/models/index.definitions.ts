import type { IndexDefinition } from '../database/indexes.js';
import { chatIndexes } from './chat.model.js';
import { membershipIndexes } from './membership.store.js';
import { messageIndexes } from './message.model.js';
import { searchIndexes } from './search.model.js';
import { sessionIndexes } from './session.model.js';
import { userIndexes } from './user.model.js';

/** Every index that the stores stand on; made at the start. */
export const indexDefinitions: readonly IndexDefinition[] = [
  ...userIndexes,
  ...sessionIndexes,
  ...chatIndexes,
  ...membershipIndexes,
  ...messageIndexes,
  ...searchIndexes,
];
