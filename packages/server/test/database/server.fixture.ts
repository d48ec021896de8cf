/**
 * A server reduced to its database, in a process of its own that a test can kill. Arguments: data folder, search path
 * for mongod. Prints one JSON line when ready and one for every acknowledged insert.
 */
import { openDatabase } from '../../src/database/connect.js';

const quiet = () => undefined;
try {
  const database = await openDatabase({
    dataDir: process.argv[2] ?? '',
    searchPath: process.argv[3] ?? '',
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  process.stdout.write(`${JSON.stringify({ ready: true, engineProcessId: database.engineProcessId() })}\n`);
  const collection = database.connection.collection<{ n: number }>('acknowledged');
  for (let n = 0; ; n += 1) {
    await collection.insertOne({ n });
    process.stdout.write(`${JSON.stringify({ n })}\n`);
  }
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ code: (error as { code?: string }).code, message: (error as Error).message })}\n`,
  );
  process.exit(1);
}
