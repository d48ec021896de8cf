import type { BenchSizes } from '../bench.sizes.js';
import type { FigureBook } from '../figures/figure.book.js';
import type { Fleet } from '../rig/fleet.js';

/** What a measure is given. */
export interface Bench {
  sizes: BenchSizes;
  fleet: Fleet;
  figures: FigureBook;
  /** One line of progress. */
  show(text: string): void;
  /** Folder for CPU profiles; undefined for none. */
  profileFolder: string | undefined;
}

export type Measure = (bench: Bench) => Promise<void>;
