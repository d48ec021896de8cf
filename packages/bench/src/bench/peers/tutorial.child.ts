// Peer: the chat server that the five documents of this project describe, as their tutorials build it:
// Socket.IO and Mongoose; for each message one `Message.create` and one `findOneAndUpdate` of the chat, then the event
// to the recipient's room and to the sender. Writes are journaled, as Parley's are. It asks for no token: whom it
// would look up at connecting costs nothing a message.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import { Server } from 'socket.io';
import { answerQuestions } from '../rig/child.answers.js';

const { engineUri } = JSON.parse(process.argv[2] ?? '{}') as { engineUri: string };
const { Schema } = mongoose;

const messageSchema = new Schema(
  {
    sender: { type: Schema.Types.ObjectId, required: true },
    receiver: { type: Schema.Types.ObjectId, required: true },
    content: { type: String, required: true, trim: true },
    messageType: { type: String, enum: ['text', 'image', 'file', 'audio'], default: 'text' },
    isRead: { type: Boolean, default: false },
    readAt: Date,
    delivered: { type: Boolean, default: false },
    timestamp: { type: Date, default: Date.now },
  },
  { timestamps: true },
);
messageSchema.index({ sender: 1, receiver: 1, timestamp: -1 });
const chatSchema = new Schema(
  {
    participants: [{ type: Schema.Types.ObjectId, required: true }],
    lastMessage: { type: Schema.Types.ObjectId, ref: 'Message' },
    lastActivity: { type: Date, default: Date.now },
    isGroup: { type: Boolean, default: false },
    groupName: String,
  },
  { timestamps: true },
);
chatSchema.index({ participants: 1 });
const Message = mongoose.model('Message', messageSchema);
const Chat = mongoose.model('Chat', chatSchema);
const { ObjectId } = mongoose.Types;

await mongoose.connect(engineUri, { dbName: 'tutorial', writeConcern: { w: 1, journal: true } });
await Promise.all([Message.init(), Chat.init()]);

const http = createServer();
const io = new Server(http, { perMessageDeflate: false });

interface Payload {
  to: string;
  content: string;
}

io.on('connection', (socket) => {
  const { token: user } = socket.handshake.auth as { token: string };
  void socket.join(`user:${user}`);
  socket.on('send_message', async ({ to, content }: Payload, ack?: (answer: object) => void) => {
    try {
      const message = await Message.create({ sender: user, receiver: to, content });
      const chat = await Chat.findOneAndUpdate(
        { participants: [user, to].sort().map((id) => new ObjectId(id)) },
        { lastMessage: message._id, lastActivity: message.timestamp },
        { upsert: true, returnDocument: 'after' },
      );
      const { _id: messageId, timestamp } = message;
      io.to(`user:${to}`).emit('new_message', { messageId, sender: user, content, timestamp });
      socket.emit('message_sent', { messageId, chatId: chat?._id, timestamp });
      ack?.({ ok: true, messageId, chatId: chat?._id, timestamp });
    } catch (error) {
      socket.emit('error', { message: (error as Error).message, code: 'SEND_FAILED' });
      ack?.({ ok: false, error: { message: (error as Error).message } });
    }
  });
  socket.emit('authenticated', { user: { id: user } });
});

http.listen(0, '127.0.0.1', () => {
  answerQuestions({ port: (http.address() as AddressInfo).port }, {}, async () => {
    await io.close();
    await mongoose.disconnect();
  });
});
