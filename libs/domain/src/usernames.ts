/** What a hub's group exporter says of one person: their name, and the forms of it that name pods and directories. */
export interface UserLabels {
  readonly namespace: string;
  readonly username: string;
  /** KubeSpawner's older scheme, `jane-40example-2eorg`. */
  readonly usernameEscaped: string;
  /** KubeSpawner 7's slug, `jane-example-org---1a2b3c4d`; undefined: the exporter is older than this label. */
  readonly usernameSafe: string | undefined;
}

/** Directory → the person whom the labels of one namespace name as its owner. */
export type DirectoryOwners = ReadonlyMap<string, string>;

/**
 * Escapes a username as KubeSpawner's older scheme does: `a-z` and `0-9` stay, every other UTF-8 byte becomes `-` and
 * its hexadecimal digits, lower case and unpadded (python's escapism with `-` as escape character, then `lower()`).
 */
export function escapeUsername(username: string): string {
  return username.replace(/[^a-z0-9]/gu, (character) =>
    Array.from(new TextEncoder().encode(character), (byte) => `-${byte.toString(16)}`).join(''),
  );
}

/**
 * The username that escapes to exactly this text; undefined when there is none (`jane-doe`, `-ff`, capital digits), or
 * none that a hub would have: JupyterHub allows no slash and no outer blank, and a name with blanks or control
 * characters is far rarer than a name such as `team-2024`, which would else be taken for an escaped `team 24`.
 */
export function unescapeUsername(escaped: string): string | undefined {
  const bytes = new TextEncoder().encode(escaped);
  const unescaped: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const digits = bytes[at] === 0x2d ? /^[0-9a-f]{2}/.exec(String.fromCharCode(...bytes.slice(at + 1, at + 3))) : null;
    unescaped.push(digits ? Number.parseInt(digits[0], 16) : bytes[at]!);
    if (digits) at += 2;
  }
  const username = decodeUtf8(Uint8Array.from(unescaped));
  if (username === undefined || escapeUsername(username) !== escaped) return undefined;
  return /[\s\p{C}/]/u.test(username) ? undefined : username;
}

/**
 * Who owns which directory of each namespace, as far as the labels tell. A directory is claimed by the escaped name
 * before the slug, and by the slug before the plain name (a slug of an ordinary name is that name, and exporters without
 * slugs still say who exists). Of two people with the same claim the alphabetically first has it, on every reading.
 */
export function ownersByNamespace(labels: Iterable<UserLabels>): Map<string, DirectoryOwners> {
  const people = [...labels].sort((a, b) => (a.username < b.username ? -1 : a.username > b.username ? 1 : 0));
  const owners = new Map<string, Map<string, string>>();
  const claims = [
    (person: UserLabels) => person.usernameEscaped,
    (person: UserLabels) => person.usernameSafe,
    (person: UserLabels) => person.username,
  ];
  for (const claim of claims) {
    for (const person of people) {
      const directory = claim(person);
      const directories = owners.get(person.namespace) ?? new Map<string, string>();
      owners.set(person.namespace, directories);
      if (directory && !directories.has(directory)) directories.set(directory, person.username);
    }
  }
  return owners;
}

/**
 * Whose a home directory is: of the person whom a label names; else of its unescaped name; else of its own name.
 * Directories with `shared` in their name are nobody's home: they keep their name, unless a label says otherwise.
 */
export function usernameOfDirectory(directory: string, owners: DirectoryOwners | undefined): string {
  const owner = owners?.get(directory);
  if (owner !== undefined) return owner;
  return directory.includes('shared') ? directory : (unescapeUsername(directory) ?? directory);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
