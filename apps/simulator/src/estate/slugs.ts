import { createHash } from 'node:crypto';

const HASH_LENGTH = 8;

/**
 * KubeSpawner's names before version 7, and the groups exporter's `username_escaped`: every byte that is not a
 * lower-case letter or a digit becomes `-` and two hexadecimal digits (escapism).
 */
export function escapeSlug(name: string): string {
  return Array.from(name, (letter) => (/^[a-z0-9]$/.test(letter) ? letter : hyphenHex(letter))).join('');
}

/**
 * KubeSpawner's names since version 7, and the groups exporter's `username_safe`: a name that Kubernetes accepts stays
 * as it is, any other becomes its readable part, `---` and eight digits of its SHA-256.
 */
export function safeSlug(name: string): string {
  const valid = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name) && !name.includes('--');
  return valid ? name : `${readablePart(name, 32 - HASH_LENGTH - 3)}---${hashOf(name)}`;
}

function hyphenHex(letter: string): string {
  return Array.from(Buffer.from(letter, 'utf8'), (byte) => `-${byte.toString(16).padStart(2, '0')}`).join('');
}

function readablePart(name: string, length: number): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, length)
    .replace(/-+$/, '');
  if (plain === '') return 'x';
  return /^[a-z]/.test(plain) ? plain : `x-${plain.slice(0, length - 2)}`;
}

function hashOf(name: string): string {
  return createHash('sha256').update(name, 'utf8').digest('hex').slice(0, HASH_LENGTH);
}
