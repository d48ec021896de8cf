import type { History } from '../history.js';
import type { Random } from '../random.js';
import { createRestClient } from '../wire/rest.client.js';
import { createChanger } from './changing.js';
import type { PlannedChat } from './chat.plan.js';
import { createDevice, type Device } from './device.js';
import type { Person } from './people.js';
import { createReaderOf } from './reading.js';
import { createSender, type OwnMessage } from './sending.js';

/** How often each operation comes, relative to the others. */
const WEIGHTS = {
  send: 56,
  edit: 8,
  delete: 3,
  hide: 2,
  read: 9,
  page: 8,
  list: 4,
  resume: 6,
  leave: 1,
} as const;
/** Operations of one person under way at once; past it the person waits, so a stall piles nothing up. */
const AT_ONCE = 6;
/** Own messages that a person may still change. */
const OWN_KEPT = 40;
/** How long a device that leaves stays away, in milliseconds. */
const AWAY_MS = { from: 100, to: 3_000 };

export interface WorkloadOptions {
  /** Of the proxy: clients reach the server through it. */
  port: number;
  people: readonly Person[];
  chats: readonly PlannedChat[];
  history: History;
  random: Random;
  /** Operations a second, over all people. */
  rate: number;
}

/** One person of the workload with what is known on that side. */
export interface Actor {
  person: Person;
  device: Device;
  reader: ReturnType<typeof createReaderOf>;
}

export type Workload = ReturnType<typeof startWorkload>;

/** Starts the load and keeps it at its rate: open loop, so a server that stalls meets what piled up. */
export function startWorkload({ port, people, chats, history, random, rate }: WorkloadOptions) {
  const rest = createRestClient(port);
  let isLoading = true;
  let isEnding = false;
  const underWay = new Set<Promise<unknown>>();

  const actors = people.map((person) => {
    const own = random.fork(person.name);
    const device = createDevice({ port, person, name: person.name, history, random: own });
    const parts = { device, rest, history, random: own, mayGoOn: () => !isEnding };
    device.run();
    return {
      person,
      device,
      reader: createReaderOf(parts),
      sender: createSender(parts),
      changer: createChanger(parts),
      chats: chats.filter(({ members }) => members.includes(person)),
      own: [] as OwnMessage[],
      busy: 0,
    };
  });
  type Full = (typeof actors)[number];

  async function act(actor: Full): Promise<void> {
    const { reader, sender, changer, own, device } = actor;
    const chat = random.pick(actor.chats);
    const direct = actor.chats.find(({ isLobby }) => !isLobby);
    const type = random.weighted(WEIGHTS);
    if (type === 'send') {
      const sent = await sender.send(chat);
      if (sent !== null) own.push(sent);
      if (own.length > OWN_KEPT) own.shift();
    } else if (type === 'edit' || type === 'delete' || type === 'hide') {
      if (own.length > 0) await changer.change(type, random.pick(own));
    } else if (type === 'read') await reader.markRead(chat);
    else if (type === 'page') await (direct === undefined ? undefined : reader.readPage(direct));
    else if (type === 'list') await reader.readList();
    else if (type === 'resume') await reader.resume();
    else device.leaveFor(random.between(AWAY_MS.from, AWAY_MS.to));
  }

  let due = history.now();
  const pacer = setInterval(() => {
    for (; isLoading && due <= history.now(); due += 1_000 / rate) {
      const actor = random.pick(actors);
      if (actor.busy >= AT_ONCE) continue;
      actor.busy += 1;
      const work = act(actor).finally(() => {
        actor.busy -= 1;
        underWay.delete(work);
      });
      underWay.add(work);
    }
  }, 5);

  return {
    actors: actors as readonly Actor[],
    rest,
    /** No new operations; sends whose outcome is unknown are repeated until it is known, for `withinMs` at most. */
    async settle(withinMs = 20_000): Promise<void> {
      isLoading = false;
      clearInterval(pacer);
      const deadline = setTimeout(() => {
        isEnding = true;
      }, withinMs);
      await Promise.all(underWay);
      clearTimeout(deadline);
      isEnding = true;
    },
    async close(): Promise<void> {
      isLoading = false;
      isEnding = true;
      clearInterval(pacer);
      await Promise.all(actors.map(({ device }) => device.close()));
      rest.close();
    },
  };
}
