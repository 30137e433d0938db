import { component, hub, question, user, usergroup } from '../parameters/parameters.js';

export const totalUsage = question({ hub, component, user });

/** The membership endpoints spell the same filters differently, as dashboards know them. */
export const userGroups = question({ hub, username: user, usergroup });

export const usersByGroups = question({ hub_name: hub, user_name: user });
