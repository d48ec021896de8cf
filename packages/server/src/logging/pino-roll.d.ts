/** The package brings no types; this is what Parley uses of it. */
declare module 'pino-roll' {
  import type { destination } from 'pino';

  type SonicBoom = ReturnType<typeof destination>;

  interface RollOptions {
    file: string;
    size?: string | number;
    frequency?: 'daily' | 'hourly' | number;
    dateFormat?: string;
    limit?: { count: number; removeOtherLogFiles?: boolean };
    mkdir?: boolean;
    mode?: number;
  }
  export default function build(options: RollOptions): Promise<SonicBoom>;
}
