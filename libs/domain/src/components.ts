/** A component: a logical group of AWS services, as the dashboards show it. Deployments may add their own. */
export type Component = string;

export const COMPUTE = 'compute';
export const HOME_STORAGE = 'home storage';
export const CORE = 'core';
export const OTHER = 'other';

/** The hub that bears costs without a hub tag. */
export const SUPPORT_HUB = 'support';
