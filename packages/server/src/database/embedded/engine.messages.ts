/** Which program holds the data: the engine inside the child process itself, or a `mongod` that the child guards. */
export type EngineKind = 'embedded' | 'mongod';

/** What the supervisor tells a child on its command line, as one JSON argument. */
export interface EngineOrder {
  kind: EngineKind;
  /** Folder of the data files; exists and is writable. */
  dataFolder: string;
  /** Path at which the child serves; the same after every restart, so that the driver reconnects by itself. */
  socketPath: string;
  /** Folders to keep a patched copy of the native library in, best first. */
  cacheFolders: string[];
  /** Path of the `mongod` program; used when `kind` is `mongod`. */
  mongodBinary?: string;
}

/** Why an engine did not start. `data_dir_in_use` and `no_engine` are facts about the machine, the rest is text. */
export type EngineFailure = 'data_dir_in_use' | 'no_engine' | 'other';

/** Child to supervisor, over the IPC channel. */
export type EngineReport =
  | { type: 'spawned'; processId: number }
  | { type: 'ready'; processId: number }
  | { type: 'failed'; reason: EngineFailure; detail: string }
  | { type: 'log'; level: 'debug' | 'info' | 'warn'; text: string };

/** Supervisor to child: finish what is in flight, close the data files, exit. A lost IPC channel means the same. */
export interface EngineStopOrder {
  type: 'stop';
}
