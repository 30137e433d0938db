import {
  choice,
  component,
  groups,
  hub,
  limit,
  precision,
  question,
  user,
  usergroup,
} from '../parameters/parameters.js';

export const totalCosts = question({ precision });

export const totalCostsPerHub = question({
  precision,
  shared: choice(
    ['support', 'usage'],
    'Who bears the cost of what hubs share: `support`, or each hub by the usage of its users (`usage`)',
  ),
});

export const totalCostsPerComponent = question({ hub, component, precision });

export const totalCostsPerGroup = question({ hub, component, usergroup, groups, precision });

export const costsPerUser = question({ hub, component, user, usergroup, limit, groups, precision });
