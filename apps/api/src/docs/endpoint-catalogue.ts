import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ENDPOINT, type EndpointDescription } from '../endpoint.js';

/** Every endpoint of the running application, in the order in which its controllers declare them. */
@Injectable()
export class EndpointCatalogue {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  list(): EndpointDescription[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = (metatype as { prototype: Record<string, () => unknown> }).prototype;
      return this.scanner
        .getAllMethodNames(prototype)
        .map((name) => this.reflector.get<EndpointDescription | undefined>(ENDPOINT, prototype[name]!))
        .filter((endpoint) => endpoint !== undefined);
    });
  }
}
