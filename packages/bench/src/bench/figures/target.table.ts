import type { FigureBook } from './figure.book.js';

/** A bound on a figure: what has to be reached, and what is aimed for. */
export interface Target {
  what: string;
  better: 'higher' | 'lower';
  atLeast: number;
  aim: number;
  unit: '' | ' times' | ' ms' | ' MB';
  /** Undefined when something that it needs was not measured. */
  read(figures: FigureBook): number | undefined;
}

const relay = 'socket.io relay';

function divide(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}

/** Parley's figure as a share of a peer's. */
const against = (key: string, peer: 'socket.io relay' | 'tutorial server') => (figures: FigureBook) =>
  divide(figures.median(key), figures.median(key, peer));

/** A figure at a million stored messages as a multiple of the same at ten thousand. */
const growthOf = (key: string) => (figures: FigureBook) =>
  divide(figures.median(`${key}.1000000`), figures.median(`${key}.10000`));

/** The targets of issue 5, all within one run: the one table. */
export const targets: readonly Target[] = [
  {
    what: 'full path, messages/s against the raw Socket.IO relay',
    better: 'higher',
    atLeast: 0.3,
    aim: 0.5,
    unit: '',
    read: against('saturation.200', relay),
  },
  {
    what: 'the same with 2,000 users in 1,000 chats, one outstanding each',
    better: 'higher',
    atLeast: 0.18,
    aim: 0.35,
    unit: '',
    read: against('saturation.2000', relay),
  },
  {
    what: 'messages/s against the tutorial server',
    better: 'higher',
    atLeast: 15,
    aim: 30,
    unit: ' times',
    read: against('saturation.200', 'tutorial server'),
  },
  {
    what: 'delivery p50 at 25% of own saturation, in journaled single inserts',
    better: 'lower',
    atLeast: 4,
    aim: 2,
    unit: ' times',
    read: (figures) => divide(figures.median('delivery.25.p50'), figures.median('insert')),
  },
  {
    what: 'delivery p99 at 25% of own saturation, in journaled single inserts',
    better: 'lower',
    atLeast: 10,
    aim: 5,
    unit: ' times',
    read: (figures) => divide(figures.median('delivery.25.p99'), figures.median('insert')),
  },
  {
    what: 'idle memory per connection against the raw Socket.IO relay',
    better: 'lower',
    atLeast: 1.6,
    aim: 1.2,
    unit: ' times',
    read: against('connection.memory', relay),
  },
  {
    what: 'broadcast to 1,000 against a raw Socket.IO room',
    better: 'higher',
    atLeast: 0.6,
    aim: 0.9,
    unit: '',
    read: against('fanout.1000', relay),
  },
  ...(['history', 'chatlist', 'sync.100'] as const).map((key): Target => {
    const names = { history: 'history page', chatlist: 'chat list', 'sync.100': 'sync of 100' };
    return {
      what: `${names[key]} at 10^6 stored messages against 10^4`,
      better: 'lower',
      atLeast: 1.5,
      aim: 1.1,
      unit: ' times',
      read: growthOf(key),
    };
  }),
  {
    what: 'search p95 at 10^6 messages',
    better: 'lower',
    atLeast: 150,
    aim: 30,
    unit: ' ms',
    read: (figures) => figures.median('search.p95.1000000'),
  },
  {
    what: 'message p99 during 200 bad logins a second against without',
    better: 'lower',
    atLeast: 2,
    aim: 1.2,
    unit: ' times',
    read: (figures) =>
      divide(figures.median('logins.delivery.during.p99'), figures.median('logins.delivery.without.p99')),
  },
  {
    what: 'server resident memory at rest, engine apart',
    better: 'lower',
    atLeast: 130,
    aim: 90,
    unit: ' MB',
    read: (figures) => figures.median('rest.memory'),
  },
];
