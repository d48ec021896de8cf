import type { CloseName, ParleyError } from '@parley/protocol';
import type { Socket } from 'socket.io';
import { presentProblem } from '../dialects/problem.presenter.js';
import type { Packet, SocketDialect } from '../dialects/socket.dialect.js';
import type { Actor } from '../services/actor.js';
import { CommandInbox } from './command.inbox.js';
import type { LiveConnection } from './connection.registry.js';
import { encodePacket, writePacket } from './encoded.packet.js';
import type { MakePacket } from './rooms.js';
import { closeToReturn, countWaitingBytes, cutOff } from './socketio.outbox.js';

/** Sent messages whose notice has gone out on one of its two ways and not yet come by on the other. */
const ANNOUNCED_MAX = 1_024;
/** Targets that a connection is known to have sent to; forgotten all at once, which costs one wait each. */
const WARM_TARGETS_MAX = 1_000;

/** Reasons after which a client should come back by itself; after the others it would only be refused again. */
const RETURNING: ReadonlySet<CloseName> = new Set([
  'serverStopping',
  'serverBusy',
  'rateLimited',
  'slowReader',
]);

/**
 * A Socket.IO connection with what the edge knows of it. A class, and what most connections never need is made when it
 * is needed: ten thousand idle ones hold this.
 */
export class SocketIoConnection implements LiveConnection {
  readonly transport = 'socket.io';
  readonly id: string;
  actor: Actor | null = null;
  token = '';
  verifiedAt = 0;
  /** Whether it was brought up to date in its dialect and hears live events. */
  isJoined = false;
  /** Events refused in a row. */
  refusals = 0;
  /** Rooms of the users whose presence it watches. */
  watching: readonly string[] = [];
  readonly inbox: CommandInbox;
  private announced: Set<string> | undefined;
  private targets: Set<string> | undefined;

  /** Wraps a socket that has just connected; at most `inboxMax` of its events wait. */
  constructor(
    readonly socket: Socket,
    public dialect: SocketDialect,
    inboxMax: number,
  ) {
    this.id = socket.id;
    this.inbox = new CommandInbox(inboxMax);
  }

  send(packet: Packet): void {
    writePacket(this.socket, encodePacket(packet));
  }

  /**
   * Of two occasions to tell of a sent message, its event and the end of the call, the first one is taken. The event
   * alone has its place in the order of the chat; the call alone is sure to come.
   */
  announceOnce(messageId: string, makePacket: MakePacket): void {
    this.announced ??= new Set();
    if (this.announced.delete(messageId)) return;
    if (this.announced.size >= ANNOUNCED_MAX) this.announced.clear();
    this.announced.add(messageId);
    this.send(makePacket());
  }

  /** Whether it has sent to this target, so that the service is sure to know the chat. */
  isWarm(target: string): boolean {
    return this.targets?.has(target) === true;
  }

  keepWarm(target: string): void {
    this.targets ??= new Set();
    if (this.targets.size >= WARM_TARGETS_MAX) this.targets.clear();
    this.targets.add(target);
  }

  pendingBytes(): number {
    return countWaitingBytes(this.socket);
  }

  end(name: CloseName, error: ParleyError): void {
    this.inbox.close();
    if (!this.socket.connected) return;
    this.send(this.dialect.error(presentProblem(error)));
    if (RETURNING.has(name)) closeToReturn(this.socket);
    else this.socket.disconnect(true);
  }

  cut(): void {
    this.inbox.close();
    cutOff(this.socket);
  }
}
