import type { limits } from '@parley/protocol';

/** Pixels of each side: more than twice the largest avatar, for dense screens. */
const SIDE = 256;
/** The protocol's limit; its table would bring zod into the bundle, its type makes a difference an error of the build. */
const MAX_BYTES: (typeof limits)['pictureMaxBytes'] = 65_536;

/** In this order; a browser that cannot write WebP gives PNG instead, and is asked for JPEG. */
const attempts = [
  { type: 'image/webp', quality: 0.85 },
  { type: 'image/jpeg', quality: 0.85 },
  { type: 'image/jpeg', quality: 0.6 },
] as const;

/**
 * The middle of a picture as a small square. It is drawn anew, so nothing else that the file knows (where it was
 * taken, with what) goes along. Rejects when the browser cannot read the file.
 */
export async function shrinkPicture(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('There is nothing to draw on');
  context.imageSmoothingQuality = 'high';
  const left = (bitmap.width - side) / 2;
  const top = (bitmap.height - side) / 2;
  context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  for (const { type, quality } of attempts) {
    if (type === 'image/jpeg') {
      // What is transparent would become black.
      context.globalCompositeOperation = 'destination-over';
      context.fillStyle = 'white';
      context.fillRect(0, 0, SIDE, SIDE);
    }
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
    if (blob?.type === type && blob.size <= MAX_BYTES) return blob;
  }
  throw new Error('The picture cannot be made small enough');
}
