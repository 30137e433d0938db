import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { isOpenToAll } from '../access/route-access.js';
import { ENDPOINT, type EndpointDescription, type ServedEndpoint } from '../endpoint.js';

/** Every endpoint of the running application, in the order in which its controllers declare them. */
@Injectable()
export class EndpointCatalogue {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  list(): ServedEndpoint[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = (metatype as { prototype: Record<string, () => unknown> }).prototype;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const method = prototype[name]!;
        const endpoint = this.reflector.get<EndpointDescription | undefined>(ENDPOINT, method);
        return endpoint ? [{ ...endpoint, openToAll: isOpenToAll(method) }] : [];
      });
    });
  }
}
