/** Stands in for `mongod` where there is none: takes the flags that Parley passes, and runs the embedded engine. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openEmbeddedEngine } from '../../src/database/embedded/embedded.engine.js';
import { listenForWireMessages } from '../../src/database/embedded/wire.listener.js';

const { values } = parseArgs({
  strict: true,
  options: {
    dbpath: { type: 'string' },
    bind_ip: { type: 'string' },
    nounixsocket: { type: 'boolean' },
    quiet: { type: 'boolean' },
  },
});
const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
try {
  const engine = await openEmbeddedEngine(values.dbpath ?? '', [join(cache, 'parley')]);
  const listener = await listenForWireMessages(engine, values.bind_ip ?? '', () => process.exit(1));
  const leave = async (): Promise<void> => {
    await listener.close();
    await engine.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void leave());
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ s: 'E', c: 'CONTROL', msg: 'DBException in initAndListen, terminating', attr: { error: String(error) } })}\n`,
  );
  process.exit(100);
}
