import { z } from 'zod';
import { likelyName } from './likely-names.js';

/** Every fault of a file that was parsed with a schema: the key where it is, and, of a key that nobody knows, those that may stand there. */
export function describeFileFaults(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) => {
    const place = issue.path.join('.');
    if (issue.code !== 'unrecognized_keys') return [`${place || 'the file'}: ${messageOf(issue)}`];
    const allowed = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const meant = likelyName(key, allowed);
      const hint = meant === undefined ? '' : ` (is ${meant} meant?)`;
      return `${[...issue.path, key].join('.')}: no such key${hint}; allowed are ${allowed.join(', ')}`;
    });
  });
}

/** Instead of zod's own words, which name its types and not what to write. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.message.startsWith('Too small')) return 'must not be empty';
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message;
  const what = WORDS[issue.expected] ?? issue.expected;
  return issue.message.endsWith('received undefined') ? `is required: ${what}` : `must be ${what}`;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  array: 'a list in […]',
  object: 'an object in {…}',
  record: 'an object in {…}',
};

/** The keys that the object at a place of the schema may hold. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at = inner(schema);
  for (const step of path) {
    if (at instanceof z.ZodObject) at = inner(at.shape[String(step)]);
    else if (at instanceof z.ZodArray) at = inner(at.element as z.ZodType);
    else if (at instanceof z.ZodRecord) at = inner(at.valueType as z.ZodType);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** Of forms to choose from, the one that has keys. */
function inner(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodUnion) {
    return (schema.options as z.ZodType[]).find((option) => option instanceof z.ZodObject) ?? schema;
  }
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema;
}
