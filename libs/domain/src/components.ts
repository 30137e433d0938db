/** A component: a logical group of AWS services, as the dashboards show it. Deployments may add their own. */
export type Component = string;

export const COMPUTE = 'compute';
export const HOME_STORAGE = 'home storage';
export const CORE = 'core';
export const OTHER = 'other';

/** The components whose cost users share by measured usage. Every other component stays unallocated. */
export const SHARED_COMPONENTS = [COMPUTE, HOME_STORAGE] as const;
export type SharedComponent = (typeof SHARED_COMPONENTS)[number];

/** The hub that bears costs without a hub tag. */
export const SUPPORT_HUB = 'support';
