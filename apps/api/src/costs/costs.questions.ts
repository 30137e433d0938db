import { choice, component, groups, hub, limit, question, user, usergroup } from '../parameters/parameters.js';

export const totalCosts = question({});

export const totalCostsPerHub = question({
  shared: choice(
    ['support', 'usage'],
    'Who bears the cost of what hubs share: `support`, or each hub by the usage of its users (`usage`)',
  ),
});

export const totalCostsPerComponent = question({ hub, component });

export const totalCostsPerGroup = question({ hub, component, usergroup, groups });

export const costsPerUser = question({ hub, component, user, usergroup, limit, groups });
