/** Kinds of pictures that are kept: what every browser shows, and nothing that can carry a script as SVG does. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp';

/** A picture as it is kept. */
export interface PictureRecord {
  type: PictureType;
  bytes: Buffer;
}
