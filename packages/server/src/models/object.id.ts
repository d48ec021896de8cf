import { Types } from 'mongoose';

/** The id as MongoDB holds it, or null for a string that is none: nothing is stored under it then. */
export function toObjectId(id: string): Types.ObjectId | null {
  return /^[0-9a-fA-F]{24}$/.test(id) ? Types.ObjectId.createFromHexString(id) : null;
}

/** The ids as MongoDB holds them, less the strings that are none. */
export function toObjectIds(ids: Iterable<string>): Types.ObjectId[] {
  const found: Types.ObjectId[] = [];
  for (const id of new Set(ids)) {
    const objectId = toObjectId(id);
    if (objectId !== null) found.push(objectId);
  }
  return found;
}
