import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

type Answers = Record<string, (details: never) => unknown>;

/**
 * The other end of `startPinned`: tells the parent that this program can be used, answers its questions, and ends
 * with it. Every program can be asked for its memory and for a CPU profile.
 */
export function answerQuestions(
  ready: object,
  answers: Answers,
  close: () => Promise<unknown> | unknown,
): void {
  const all: Answers = { ...answers, ...profiling(), memory: readMemory };
  process.on('message', (message) => {
    const { id, question, details } = message as { id: number; question: string; details: never };
    Promise.resolve()
      .then(() => all[question]?.(details))
      .then(
        (result: unknown) => process.send?.({ answerTo: id, result }),
        (error: unknown) => process.send?.({ answerTo: id, error: String(error) }),
      );
  });
  process.on('SIGTERM', () => {
    void Promise.resolve(close()).finally(() => process.exit(0));
  });
  process.on('disconnect', () => process.exit(1));
  process.send?.({ ready });
}

/** Bytes that the process holds, after a collection where node was started with `--expose-gc`. */
function readMemory(): { rss: number; heap: number; external: number } {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external };
}

/** A profile of the measured time alone, without the start and the making of accounts. */
function profiling(): Answers {
  let session: Session | undefined;
  return {
    async startProfile() {
      session = new Session();
      session.connect();
      await session.post('Profiler.enable');
      // 500 microseconds: 2,000 samples a second, about a hundredth of the processor.
      await session.post('Profiler.setSamplingInterval', { interval: 500 });
      await session.post('Profiler.start');
    },
    async stopProfile({ file }: { file: string }) {
      const stopped = await session?.post('Profiler.stop');
      session?.disconnect();
      writeFileSync(file, JSON.stringify(stopped?.profile));
    },
  };
}
