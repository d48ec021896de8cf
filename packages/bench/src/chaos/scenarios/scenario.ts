import { CORE_UNDER_TEST, canPin, movePinned, pinLoadGenerator } from '../../bench/rig/pinned.process.js';
import { createRandom, type Random } from '../random.js';
import { type Rig, startRig } from '../rig/rig.js';
import { PATIENT_MS } from '../wire/answer.js';
import { createRestClient, type RestClient } from '../wire/rest.client.js';
import { type Person, registerPeople } from '../workload/people.js';

/** What a scenario found. */
export interface ScenarioResult {
  /** What was measured, for people. */
  rows: (readonly [string, string | number])[];
  /** One sentence for each promise that did not hold; empty when all is well. */
  failures: string[];
}

/** A scenario's surroundings. */
export interface Stage {
  rig: Rig;
  /** Past the proxy: scenarios measure the server. */
  port: number;
  rest: RestClient;
  random: Random;
  people: Person[];
  /** Takes down what must hold. */
  expect(holds: boolean, otherwise: string): void;
  show(name: string, value: string | number): void;
}

export interface StageOptions {
  seed: number;
  people: number;
  /** Entries of the table of limits that would only bound the load of the harness itself. */
  limits?: Record<string, number>;
  /** Latencies are judged: the server gets a core of its own. */
  wantsCores?: boolean;
}

/** Starts a server with cheap passwords and people on it, plays the scenario, and clears away. */
export async function onStage(
  { seed, people: count, limits, wantsCores }: StageOptions,
  play: (stage: Stage) => Promise<void>,
): Promise<ScenarioResult> {
  const random = createRandom(seed);
  const result: ScenarioResult = { rows: [], failures: [] };
  const order = { passwordCost: 4, ...(limits && { limits }) };
  const rig = await startRig({ random, order, env: { METRICS_ENABLED: 'true' } });
  const rest = createRestClient(rig.server.port, PATIENT_MS);
  try {
    if (wantsCores === true) {
      movePinned(rig.server.processId(), CORE_UNDER_TEST);
      pinLoadGenerator();
      result.rows.push(['cores', canPin ? 'one for the server' : 'shared with the load']);
    }
    const people = await registerPeople(rest, count);
    await play({
      rig,
      port: rig.server.port,
      rest,
      random,
      people,
      expect: (holds, otherwise) => void (holds || result.failures.push(otherwise)),
      show: (name, value) => void result.rows.push([name, value]),
    });
    return result;
  } finally {
    if (wantsCores === true) movePinned(process.pid, 'anywhere');
    rest.close();
    await rig.close();
  }
}

/** The chat of two people, made by its first message. */
export async function openChat(rest: RestClient, from: Person, to: Person): Promise<string> {
  const body = { to: to.id, content: 'hello', clientId: `hello-${to.id}` };
  const answer = await rest.call('POST', '/api/messages/send', { token: from.token, body });
  if (answer.outcome !== 'ok') throw new Error(`opening a chat ended with ${answer.code}`);
  return answer.value.message.chatId;
}
