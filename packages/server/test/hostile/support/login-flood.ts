import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the attacker is told. */
export interface FloodOrder {
  url: string;
  perSecond: number;
  seconds: number;
}

/** What came back. */
export interface FloodReport {
  /** Answered as wrong passwords, after a hash. */
  wrong: number;
  /** Refused for load. */
  busy: number;
  /** The rate that was reached. */
  perSecond: number;
  /** Answers that no attacker may get, and those that never came. */
  errors: string[];
}

const program = fileURLToPath(new URL('./login-flood.child.ts', import.meta.url));

/** Wrong passwords for many names from many addresses, at a steady rate; resolves when the last one is answered. */
export async function floodWithLogins(order: FloodOrder): Promise<FloodReport> {
  const child = fork(program, [], {
    execArgv: ['--conditions=@parley/source', '--import', import.meta.resolve('tsx')],
  });
  try {
    return await new Promise<FloodReport>((resolve, reject) => {
      child.once('message', (report) => resolve(report as FloodReport));
      child.once('exit', (code, signal) => reject(new Error(`the attacker ended with ${code ?? signal}`)));
      child.send(order);
    });
  } finally {
    child.kill();
  }
}
