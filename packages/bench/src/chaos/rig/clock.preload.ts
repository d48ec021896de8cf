// Loaded into the server before anything else (node --import): its wall clock can be moved by writing a number of
// milliseconds into a file. Timers and performance.now go on as they do when somebody sets the clock of a machine.
import { readFileSync } from 'node:fs';

const path = process.env['PARLEY_CHAOS_CLOCK'];
if (path !== undefined) {
  const RealDate = Date;
  let offset = 0;
  const follow = () => {
    try {
      offset = Number(readFileSync(path, 'utf8')) || 0;
    } catch {
      // The file may be gone at the end of a run.
    }
  };
  follow();
  setInterval(follow, 20).unref();
  const now = () => RealDate.now() + offset;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(
        target,
        args.length === 0 ? [now()] : args,
        newTarget === globalThis.Date ? target : newTarget,
      ) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}
