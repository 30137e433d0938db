import type { Person } from './person.js';

const STAFF = '2i2c-org:hub-access-for-2i2c-staff';

/**
 * Names that break naive code. Directories they lead to:
 *
 * - `prod`: `team-2024` (legacy, of `team 24`) and `team-202-34` (of that very name) both unescape to `team 24`;
 *   `ana-lee` has `ana-lee` and `ana-2dlee`; `jane.doe` has `jane-doe---` and a hash.
 * - `research-hub`: `team-2024` belongs to the user `team-2024`, and would unescape to `team 24`.
 * - `staging`: `shared-2dbob` belongs to `shared-bob`, and is no shared directory.
 *
 * They stay for ever, in the same groups; everyone else moves. A small estate takes them from the top, so the order is by what it would be worst to miss.
 */
export const AWKWARD_PEOPLE: readonly Person[] = [
  { namespace: 'prod', username: 'bob', slugs: 'safe', fixedGroups: [] },
  { namespace: 'prod', username: 'alice', slugs: 'safe', fixedGroups: ['climate', 'ocean-science'] },
  { namespace: 'prod', username: 'jane.doe', slugs: 'safe', fixedGroups: ['climate'] },
  { namespace: 'staging', username: 'shared-bob', slugs: 'legacy', fixedGroups: ['climate'] },
  { namespace: 'research-hub', username: 'team-2024', slugs: 'safe', fixedGroups: ['ocean-science'] },
  { namespace: 'prod', username: 'team 24', slugs: 'legacy', fixedGroups: [] },
  { namespace: 'prod', username: 'team-202-34', slugs: 'safe', fixedGroups: ['ocean-science'] },
  { namespace: 'prod', username: 'ana-lee', slugs: 'safe', bothDirectories: true, fixedGroups: ['climate'] },
  { namespace: 'research-hub', username: 'jane.doe', slugs: 'safe', fixedGroups: ['climate', STAFF, 'café'] },
  { namespace: 'staging', username: 'alice', slugs: 'legacy', fixedGroups: [STAFF] },
  { namespace: 'prod', username: 'maria.garcia@example.org', slugs: 'safe', fixedGroups: [] },
  { namespace: 'prod', username: 'jürgen.müller', slugs: 'safe', fixedGroups: ['café'] },
  { namespace: 'staging', username: 'jürgen.müller', slugs: 'legacy', fixedGroups: ['ocean-science', 'course-101'] },
  { namespace: 'prod', username: "o'brien", slugs: 'safe', fixedGroups: ['climate'] },
  { namespace: 'prod', username: 'the "quoted" one', slugs: 'safe', fixedGroups: [] },
  { namespace: 'prod', username: 'BigData', slugs: 'safe', fixedGroups: ['café'] },
  { namespace: 'staging', username: 'Dev.Ops', slugs: 'legacy', fixedGroups: ['ocean-science', 'course-101'] },
  { namespace: 'prod', username: '12345678', slugs: 'safe', fixedGroups: ['climate'] },
  { namespace: 'prod', username: '🦉owl', slugs: 'safe', fixedGroups: [] },
  { namespace: 'research-hub', username: 'hyphen-ated-name', slugs: 'safe', fixedGroups: ['café'] },
  { namespace: 'workshop', username: '100%_real', slugs: 'legacy', fixedGroups: ['ocean-science', 'course-101'] },
  { namespace: 'sandbox', username: 'back\\slash', slugs: 'safe', fixedGroups: ['climate'] },
];
