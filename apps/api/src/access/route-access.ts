import { SetMetadata } from '@nestjs/common';

/** Who is let in to an endpoint. Without one of these, who has a token, and who may see a whole hub. */
type RouteAccess = 'open to all' | 'needs everything' | 'shows own';

const ROUTE_ACCESS = 'cost-monitoring:access';

/** An endpoint that asks for no token, since it shows nobody's costs. */
export function OpenToAll(): MethodDecorator {
  return SetMetadata(ROUTE_ACCESS, 'open to all' satisfies RouteAccess);
}

/** An endpoint that shows more than the hubs of a token. */
export function NeedsEverything(): MethodDecorator {
  return SetMetadata(ROUTE_ACCESS, 'needs everything' satisfies RouteAccess);
}

/** An endpoint that shows a person what they cost and used themselves. */
export function ShowsOwn(): MethodDecorator {
  return SetMetadata(ROUTE_ACCESS, 'shows own' satisfies RouteAccess);
}

export function showsOwn(method: object): boolean {
  return accessOf(method) === 'shows own';
}

export function isOpenToAll(method: object): boolean {
  return accessOf(method) === 'open to all';
}

export function needsEverything(method: object): boolean {
  return accessOf(method) === 'needs everything';
}

function accessOf(method: object): RouteAccess | undefined {
  return Reflect.getMetadata(ROUTE_ACCESS, method) as RouteAccess | undefined;
}
