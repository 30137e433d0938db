import type { Dimension } from '../view.js';

export const DIMENSION_WORDS: Readonly<Record<Dimension, string>> = {
  hub: 'hub',
  component: 'component',
  user: 'user',
  usergroup: 'group',
  instance_type: 'instance type',
  service: 'service',
};

/** What to look at next within a name that was picked. */
export const WITHIN: Readonly<Record<Dimension, Dimension>> = {
  hub: 'component',
  component: 'user',
  user: 'component',
  usergroup: 'user',
  instance_type: 'hub',
  service: 'hub',
};
