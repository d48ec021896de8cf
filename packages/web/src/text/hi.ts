import { type Catalogue, en } from './en.js';

/** Every text of the app, in Hindi. */
export const hi: Catalogue = { ...en };
