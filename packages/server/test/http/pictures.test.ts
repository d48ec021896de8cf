import { limits } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyExamples } from '../../src/docs-site/openapi.examples.js';
import { type Person, startTestServer, type TestServer } from '../support/test-server.js';

/** What each kind of file begins with; what follows is not looked at. */
const kinds = [
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0]],
  ['image/webp', [...Buffer.from('RIFF\u0001\u0002\u0003\u0004WEBP', 'latin1')]],
] as const;

const fileOf = (head: readonly number[], length = 200) =>
  Buffer.concat([Buffer.from(head), Buffer.alloc(length - head.length, 7)]);

describe('profile pictures', () => {
  let server: TestServer;
  let ann: Person;
  beforeAll(async () => {
    server = await startTestServer();
    ann = await server.newPerson('ann');
  });
  afterAll(() => server.close());

  const put = (image: unknown, { token } = ann) =>
    server.request('PUT', '/api/auth/picture', { token, body: { image } });
  const addressOf = async (bytes: Buffer): Promise<string> => {
    const { status, body } = await put(bytes.toString('base64'));
    expect(status).toBe(200);
    return body.user.profilePicture;
  };
  const show = (address: string) => fetch(`${server.url}${address}`);

  it.each(kinds)('are kept as they were sent, and shown to everybody: %s', async (type, head) => {
    const bytes = fileOf(head, limits.pictureMaxBytes);
    const address = await addressOf(bytes);
    const shown = await show(address);
    expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true);
    expect(shown.headers.get('content-type')).toBe(type);
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    expect(shown.headers.get('cache-control')).toContain('immutable');
    const { body } = await server.request('GET', `/api/users/${ann.id}`, { token: ann.token });
    expect(body.user.profilePicture).toBe(address);
  });

  it.each(kinds)('are in the OpenAPI document: %s', async (type) => {
    const { body } = await server.request('GET', '/api/openapi.json');
    const { responses, security } = body.paths['/api/pictures/{userId}'].get;
    expect(Object.keys(responses['200'].content)).toContain(type);
    expect(Object.keys(responses)).toContain('404');
    expect(security).toEqual([]);
  });

  it('get another address with every other picture, and take no room beside each other', async () => {
    const [first, second] = [fileOf(kinds[0][1], 100), fileOf(kinds[0][1], 101)];
    const before = await addressOf(first);
    const after = await addressOf(second);
    expect(after).not.toBe(before);
    expect(await addressOf(first)).toBe(before);
    const { connection } = server.database;
    const kept = connection.getClient().db(connection.name).collection('pictures');
    expect(await kept.countDocuments()).toBe(1);
  });

  it.each([
    [
      'a script in SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>').toString('base64'),
    ],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>').toString('base64')],
    ['nothing', ''],
    ['no base64', '!!!'],
    ['no text', 7],
    ['a byte too many', fileOf(kinds[0][1], limits.pictureMaxBytes + 1).toString('base64')],
  ])('are refused when they are %s, with the field', async (_, image) => {
    const { status, body } = await put(image);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.issues[0].path).toBe('image');
  });

  it('are gone once they are shown no more', async () => {
    const { image } = bodyExamples['setPicture']!.value as { image: string };
    const address = await addressOf(Buffer.from(image, 'base64'));
    const bio = { token: ann.token, body: { bio: 'Changed', profilePicture: address } };
    expect((await server.request('PUT', '/api/auth/profile', bio)).status).toBe(200);
    expect((await show(address)).status).toBe(200);
    const removal = { token: ann.token, body: { profilePicture: '' } };
    expect((await server.request('PUT', '/api/auth/profile', removal)).status).toBe(200);
    expect((await show(address)).status).toBe(404);
  });

  it('of nobody are not there, whatever the id looks like', async () => {
    for (const id of ['0'.repeat(24), 'x', '..%2f..', '%00']) {
      expect((await show(`/api/pictures/${id}`)).status).toBe(404);
    }
    expect((await server.request('PUT', '/api/auth/picture', { body: { image: 'AA==' } })).status).toBe(401);
  });
});
