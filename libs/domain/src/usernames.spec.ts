import fc from 'fast-check';
import {
  escapeUsername,
  ownersByNamespace,
  unescapeUsername,
  usernameOfDirectory,
  type UserLabels,
} from './usernames.js';

const person = (username: string, usernameSafe?: string, usernameEscaped = escapeUsername(username)): UserLabels => ({
  namespace: 'prod',
  username,
  usernameEscaped,
  usernameSafe,
});

const ownerOf = (directory: string, ...people: UserLabels[]) =>
  usernameOfDirectory(directory, ownersByNamespace(people).get('prod'));

describe('escaping a username as KubeSpawner does', () => {
  // What escapism.escape(name, safe=set(ascii_lowercase + digits), escape_char='-').lower() gives in python.
  it.each([
    ['alice', 'alice'],
    ['jane.doe@example.org', 'jane-2edoe-40example-2eorg'],
    ['Bob', '-42ob'],
    ['team-2024', 'team-2d2024'],
    ['müller', 'm-c3-bcller'],
    ["o'neil_x", 'o-27neil-5fx'],
    ['小', '-e5-b0-8f'],
    ['😀', '-f0-9f-98-80'],
    ['a\tb', 'a-9b'],
  ])('%j becomes %j', (username, escaped) => {
    expect(escapeUsername(username)).toBe(escaped);
  });

  it('is undone for every name without blanks, control characters and slashes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (username) => {
        fc.pre(!/[\s\p{C}/]/u.test(username));
        expect(unescapeUsername(escapeUsername(username))).toBe(username);
      }),
    );
  });

  it.each(['jane-doe', '-ff', 'm-C3-BCller', 'Alice', 'a-', 'a-2', 'jane-doe---3f2a1b4c', '-61lice'])(
    'nothing escapes to %j',
    (text) => {
      expect(unescapeUsername(text)).toBeUndefined();
    },
  );

  it.each(['team-2024', 'a-0ab', 'a-2fb', '-c2-a0', '-e2-80-8b', '-ef-bb-bfbob'])(
    'what %j unescapes to is no name of a person (blank, control character, slash)',
    (text) => {
      expect(unescapeUsername(text)).toBeUndefined();
    },
  );

  it('holds no time against a long name of hyphens', () => {
    expect(unescapeUsername('-'.repeat(10_000))).toBeUndefined();
  });
});

describe('whose a directory is', () => {
  it('is told by the escaped label', () => {
    expect(ownerOf('jane-40example-2eorg', person('jane@example.org'))).toBe('jane@example.org');
  });

  it('is told by the slug, which cannot be guessed', () => {
    expect(ownerOf('jane-doe---3f2a1b4c', person('Jane Doe', 'jane-doe---3f2a1b4c'))).toBe('Jane Doe');
    expect(ownerOf('jane-doe---3f2a1b4c')).toBe('jane-doe---3f2a1b4c');
  });

  it('is, for team-2024, the user of that name rather than a guessed "team 24"', () => {
    expect(ownerOf('team-2024', person('team-2024', 'team-2024'))).toBe('team-2024');
    expect(ownerOf('team-2024', person('team-2024'))).toBe('team-2024');
    expect(ownerOf('team-2024')).toBe('team-2024');
  });

  it('is, for team-2024, "team 24" where a label says that this person exists', () => {
    expect(ownerOf('team-2024', person('team 24'))).toBe('team 24');
  });

  it('goes by the escaped label before the slug, and by the slug before the plain name', () => {
    const blank = person('team 24');
    const hyphen = person('team-2024', 'team-2024');
    expect(ownerOf('team-2024', hyphen, blank)).toBe('team 24');
    expect(ownerOf('a-b', person('a-b', 'a-b---00000000'), person('y', 'a-b'))).toBe('y');
  });

  it('does not depend on the order of the labels', () => {
    const [a, b] = [person('a', 'same'), person('b', 'same')];
    expect(ownerOf('same', a, b)).toBe('a');
    expect(ownerOf('same', b, a)).toBe('a');
  });

  it('gives both directories of a person who moved from one scheme to the other to that person', () => {
    const jane = person('jane.doe', 'jane-doe---3f2a1b4c');
    expect(ownerOf('jane-2edoe', jane)).toBe('jane.doe');
    expect(ownerOf('jane-doe---3f2a1b4c', jane)).toBe('jane.doe');
  });

  it('is guessed by unescaping where no label tells', () => {
    expect(ownerOf('jane-40example-2eorg')).toBe('jane@example.org');
    expect(ownerOf('m-c3-bcller')).toBe('müller');
  });

  it('is its own name where unescaping does not lead back', () => {
    expect(ownerOf('jane-doe')).toBe('jane-doe');
    expect(ownerOf('-ff')).toBe('-ff');
    expect(ownerOf('m-C3-BCller')).toBe('m-C3-BCller');
  });

  it('is its own name where it is shared, unless a label says otherwise', () => {
    expect(ownerOf('shared-2dbob')).toBe('shared-2dbob');
    expect(ownerOf('_shared')).toBe('_shared');
    expect(ownerOf('shared-2dbob', person('shared-bob'))).toBe('shared-bob');
  });

  it('is told by the labels of its own namespace only', () => {
    const owners = ownersByNamespace([{ ...person('Jane Doe', 'jane-doe---3f2a1b4c'), namespace: 'staging' }]);
    expect(usernameOfDirectory('jane-doe---3f2a1b4c', owners.get('prod'))).toBe('jane-doe---3f2a1b4c');
  });
});
